"""Right: a helper for the pre-activations of one gate."""

import numpy as np


def _sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


def forward(params, x, state):
    """Compute one step."""
    n = state.shape[1]

    def from_x(k):
        rows = slice(k * n, k * n + n)
        return x @ params["weight_ih"][rows].T + params["bias_ih"][rows]

    def from_h(k):
        rows = slice(k * n, k * n + n)
        return state @ params["weight_hh"][rows].T + params["bias_hh"][rows]

    reset = _sigmoid(from_x(0) + from_h(0))
    update = _sigmoid(from_x(1) + from_h(1))
    candidate = np.tanh(from_x(2) + reset * from_h(2))
    h = update * state + (1 - update) * candidate
    return h, h

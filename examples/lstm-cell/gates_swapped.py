"""Wrong: the input gate and the forget gate are swapped."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Compute one step."""
    h, c = state
    a = x @ params["weight_ih"].T + params["bias_ih"]
    a = a + h @ params["weight_hh"].T + params["bias_hh"]
    f, i, g, o = np.split(a, 4, axis=1)
    c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
    h = _sigmoid(o) * np.tanh(c)
    return h, (h, c)

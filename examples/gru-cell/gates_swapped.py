"""Wrong: the reset gate and the update gate are swapped, as if the order were z, r, n."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Compute one step."""
    a_z, a_r, a_n = np.split(x @ params["weight_ih"].T + params["bias_ih"], 3, axis=1)
    b_z, b_r, b_n = np.split(state @ params["weight_hh"].T + params["bias_hh"], 3, axis=1)
    r, z = _sigmoid(a_r + b_r), _sigmoid(a_z + b_z)
    h = z * state + (1.0 - z) * np.tanh(a_n + r * b_n)
    return h, h

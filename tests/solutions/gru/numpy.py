"""Reference solution: a GRU over a sequence in NumPy."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def step(params, x, h):
    """Return the new h (B, H)."""
    from_x = x @ params["weight_ih"].T + params["bias_ih"]  # (B, 3H)
    from_h = h @ params["weight_hh"].T + params["bias_hh"]
    r_x, z_x, n_x = np.split(from_x, 3, axis=1)  # each (B, H)
    r_h, z_h, n_h = np.split(from_h, 3, axis=1)
    r = sigmoid(r_x + r_h)
    z = sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h)
    return z * h + (1.0 - z) * n


def forward(params, x, state):
    """Return h of every step (T, B, H) and the last h (B, H)."""
    h = state
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)  # (T, B, H)
    for t, x_t in enumerate(x):
        h = step(params, x_t, h)
        outputs[t] = h
    return outputs, h

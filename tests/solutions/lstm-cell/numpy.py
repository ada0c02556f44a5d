"""Reference solution: one step of an LSTM in NumPy."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Return the output h (B, H) and the new state (h, c)."""
    h, c = state
    a = x @ params["weight_ih"].T + params["bias_ih"]  # (B, 4H)
    a = a + h @ params["weight_hh"].T + params["bias_hh"]
    i, f, g, o = np.split(a, 4, axis=1)  # each (B, H)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return h, (h, c)

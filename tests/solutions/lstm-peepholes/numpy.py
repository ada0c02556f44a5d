"""Reference solution: an LSTM with peepholes over a sequence in NumPy."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def step(params, x, h, c):
    """Return the new h and c, each (B, H)."""
    p_i, p_f, p_o = params["peephole"]  # each (H,)
    a = x @ params["weight_ih"].T + params["bias_ih"]  # (B, 4H)
    a = a + h @ params["weight_hh"].T + params["bias_hh"]
    i, f, g, o = np.split(a, 4, axis=1)  # each (B, H)
    c_new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * np.tanh(g)
    return sigmoid(o + p_o * c_new) * np.tanh(c_new), c_new


def forward(params, x, state):
    """Return h of every step and the last (h, c)."""
    h, c = state
    outputs = []
    for x_t in x:
        h, c = step(params, x_t, h, c)
        outputs.append(h)
    return np.stack(outputs), (h, c)

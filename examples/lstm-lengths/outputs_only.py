"""Outputs stop at the end of a row, the state runs on."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def step(params, x, h, c):
    """Return the new h and c, each (B, H)."""
    a = x @ params["weight_ih"].T + params["bias_ih"]  # (B, 4H)
    a = a + h @ params["weight_hh"].T + params["bias_hh"]
    i, f, g, o = np.split(a, 4, axis=1)  # each (B, H)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def forward(params, x, state, lengths=None):
    """Set the outputs past the end to zero when all is done."""
    h, c = state
    outputs = []
    for x_t in np.nan_to_num(x):
        h, c = step(params, x_t, h, c)
        outputs.append(h)
    outputs = np.stack(outputs)
    if lengths is not None:
        outputs[np.arange(len(x))[:, None] >= lengths] = 0
    return outputs, (h, c)

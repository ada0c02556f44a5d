"""The state of a row that has ended is set to zero."""

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
    """Multiply the state by the mask."""
    lengths = np.full(x.shape[1], len(x)) if lengths is None else lengths
    h, c = state
    outputs = []
    for t, x_t in enumerate(np.nan_to_num(x)):
        h, c = step(params, x_t, h, c)
        valid = (t < lengths)[:, None]
        h, c = h * valid, c * valid
        outputs.append(h)
    return np.stack(outputs), (h, c)

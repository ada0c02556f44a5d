"""Wrong: the loop never ends, because t stays 0."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the LSTM over x."""
    h, c = state
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)
    t = 0
    while t < len(x):
        a = x[t] @ params["weight_ih"].T + h @ params["weight_hh"].T
        i, f, g, o = np.split(a + params["bias_ih"] + params["bias_hh"], 4, axis=1)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        outputs[t] = h
    return outputs, (h, c)

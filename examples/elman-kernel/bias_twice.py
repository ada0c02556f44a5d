"""The kernel cut in two, and the bias added to both products."""

import numpy as np


def forward(params, x, state):
    """Return h of every step and the last h."""
    h = state
    outputs = []
    for x_t in x:
        inputs = x_t.shape[1]
        a = x_t @ params["kernel"][:inputs] + params["bias"]
        h = np.tanh(a + h @ params["kernel"][inputs:] + params["bias"])
        outputs.append(h)
    return np.stack(outputs), h

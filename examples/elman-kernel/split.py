"""The kernel cut in two."""

import numpy as np


def forward(params, x, state):
    """Return h of every step and the last h."""
    h = state
    outputs = []
    for x_t in x:
        inputs = x_t.shape[1]
        a = x_t @ params["kernel"][:inputs] + h @ params["kernel"][inputs:]
        h = np.tanh(a + params["bias"])
        outputs.append(h)
    return np.stack(outputs), h

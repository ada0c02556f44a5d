"""Right: weights as (4, H, D) and einsum."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the LSTM over x."""
    h, c = state
    size = h.shape[1]
    w = params["weight_ih"].reshape(4, size, -1)
    u = params["weight_hh"].reshape(4, size, size)
    b = (params["bias_ih"] + params["bias_hh"]).reshape(4, 1, size)
    from_x = np.einsum("tbd,ghd->tgbh", x, w) + b
    outputs = np.empty((x.shape[0], *h.shape), h.dtype)
    for t in range(x.shape[0]):
        i, f, g, o = from_x[t] + np.einsum("bk,ghk->gbh", h, u)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        h = _sigmoid(o) * np.tanh(c)
        outputs[t] = h
    return outputs, (h, c)

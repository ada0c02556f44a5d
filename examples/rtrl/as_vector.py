# rnncheck: rtrl
"""All weights in one matrix, row by row of the batch."""

import numpy as np


def rtrl(params, x, h0, d_outputs):
    """Carry the influence of the joined weights forward."""
    hidden, width = params["weight_ih"].shape
    size = width + hidden + 1
    joined = np.zeros((hidden, size))
    last = np.zeros((len(h0), hidden, hidden, hidden))
    for b in range(len(h0)):
        h, influence = h0[b], np.zeros((hidden, hidden, size))
        for t in range(len(x)):
            read = np.concatenate([x[t, b], h, [1.0]])
            h = np.tanh(params["weight_ih"] @ x[t, b] + params["weight_hh"] @ h + params["bias"])
            new = np.tensordot(params["weight_hh"], influence, axes=1)
            for i in range(hidden):
                new[i, i] += read
            influence = (1 - h**2)[:, None, None] * new
            joined += np.tensordot(d_outputs[t, b], influence, axes=1)
        last[b] = influence[:, :, width : width + hidden]
    grads = {
        "weight_ih": joined[:, :width],
        "weight_hh": joined[:, width:-1],
        "bias": joined[:, -1],
    }
    return grads, last

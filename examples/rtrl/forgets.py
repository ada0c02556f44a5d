# rnncheck: rtrl
"""The influence of earlier steps is forgotten."""

import numpy as np


def rtrl(params, x, h0, d_outputs):
    """Carry d h[b, i] / d weight forward, step by step."""
    batch, hidden = h0.shape
    h, eye = h0, np.eye(hidden)
    reads = {"weight_ih": x.shape[2], "weight_hh": hidden, "bias": 1}
    influence = {name: np.zeros((batch, hidden, hidden, n)) for name, n in reads.items()}
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    for t in range(len(x)):
        seen = {"weight_ih": x[t], "weight_hh": h, "bias": np.ones((batch, 1))}
        a = x[t] @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"]
        h = np.tanh(a)
        slope = (1 - h**2)[:, :, None, None]
        for name, s in influence.items():
            direct = np.einsum("ij,bk->bijk", eye, seen[name])
            before = 0 * s
            s = influence[name] = slope * (direct + before)
            grads[name] += np.einsum("bi,bi...->...", d_outputs[t], s).reshape(params[name].shape)
    return grads, influence["weight_hh"]

"""Reference solution: an Elman network in NumPy, forward and backward through time."""

import numpy as np


def forward(params, x, state):
    """Return h of every step (T, B, H), the last h (B, H) and a cache."""
    hs = [state]
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"]  # (B, H)
        hs.append(np.tanh(a + hs[-1] @ params["weight_hh"].T + params["bias_hh"]))
    outputs = np.zeros((len(x), *state.shape), dtype=state.dtype)  # (T, B, H)
    outputs[:] = hs[1:]
    return outputs, hs[-1], (params, x, hs)


def backward(cache, d_outputs, d_state):
    """Return d_params, d_x (T, B, D) and dh0 (B, H)."""
    params, x, hs = cache
    d_params = {name: np.zeros_like(array) for name, array in params.items()}
    d_x = np.zeros_like(x)
    dh = d_state
    for t in reversed(range(len(x))):
        dh = dh + d_outputs[t]
        da = dh * (1.0 - hs[t + 1] ** 2)  # (B, H)
        d_params["weight_ih"] += da.T @ x[t]
        d_params["weight_hh"] += da.T @ hs[t]
        d_params["bias_ih"] += da.sum(axis=0)
        d_params["bias_hh"] += da.sum(axis=0)
        d_x[t] = da @ params["weight_ih"]
        dh = da @ params["weight_hh"]
    return d_params, d_x, dh

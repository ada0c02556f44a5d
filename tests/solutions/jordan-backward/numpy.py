"""Reference solution: a Jordan network in NumPy, forward and backward through time."""

import numpy as np


def forward(params, x, state):
    """Return y of every step (T, B, O), the last y (B, O) and a cache."""
    hs, ys = [], [state]
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"]  # (B, H)
        hs.append(np.tanh(a + ys[-1] @ params["weight_hh"].T + params["bias_hh"]))
        ys.append(np.tanh(hs[-1] @ params["weight_ho"].T + params["bias_o"]))  # (B, O)
    outputs = np.zeros((len(x), *state.shape), dtype=state.dtype)  # (T, B, O)
    outputs[:] = ys[1:]
    return outputs, ys[-1], (params, x, hs, ys)


def backward(cache, d_outputs, d_state):
    """Return d_params, d_x (T, B, D) and dy0 (B, O)."""
    params, x, hs, ys = cache
    d_params = {name: np.zeros_like(array) for name, array in params.items()}
    d_x = np.zeros_like(x)
    dy = d_state
    for t in reversed(range(len(x))):
        do = (dy + d_outputs[t]) * (1.0 - ys[t + 1] ** 2)  # (B, O)
        d_params["weight_ho"] += do.T @ hs[t]
        d_params["bias_o"] += do.sum(axis=0)
        da = do @ params["weight_ho"] * (1.0 - hs[t] ** 2)  # (B, H)
        d_params["weight_ih"] += da.T @ x[t]
        d_params["weight_hh"] += da.T @ ys[t]
        d_params["bias_ih"] += da.sum(axis=0)
        d_params["bias_hh"] += da.sum(axis=0)
        d_x[t] = da @ params["weight_ih"]
        dy = da @ params["weight_hh"]
    return d_params, d_x, dy

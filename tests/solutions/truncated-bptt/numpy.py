# rnncheck: truncated-bptt
"""Truncated BPTT in NumPy."""

import numpy as np


def forward(params, x, h0):
    """Return h before the first step and after each, (T + 1, B, H)."""
    h = [h0]
    for x_t in x:
        h.append(
            np.tanh(x_t @ params["weight_ih"].T + h[-1] @ params["weight_hh"].T + params["bias"])
        )
    return np.stack(h)


def truncated_bptt(params, x, h0, d_outputs, k):
    """Go back step by step; drop the state's gradient at the start of a window."""
    h = forward(params, x, h0)
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    d_x, d_h = np.zeros_like(x), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        d_a = (d_outputs[t] + d_h) * (1 - h[t + 1] ** 2)
        grads["weight_ih"] += d_a.T @ x[t]
        grads["weight_hh"] += d_a.T @ h[t]
        grads["bias"] += d_a.sum(axis=0)
        d_x[t] = d_a @ params["weight_ih"]
        d_h = d_a @ params["weight_hh"]
        if t and t % k == 0:
            d_h = np.zeros_like(d_h)
    return grads, d_x, d_h

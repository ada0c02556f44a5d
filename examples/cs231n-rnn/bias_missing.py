# rnncheck: cs231n-rnn
"""Wrong in one step alone: the loops are right, given right steps."""

import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """One step: x (N, D), prev_h (N, H) to next_h (N, H)."""
    next_h = np.tanh(x @ Wx + prev_h @ Wh)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    """The gradients of one step."""
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h**2)
    return da @ Wx.T, da @ Wh.T, x.T @ da, prev_h.T @ da, da.sum(axis=0)


def rnn_forward(x, h0, Wx, Wh, b):
    """All steps: x (N, T, D) to h (N, T, H)."""
    h, caches, now = [], [], h0
    for t in range(x.shape[1]):
        now, cache = rnn_step_forward(x[:, t], now, Wx, Wh, b)
        h.append(now)
        caches.append(cache)
    return np.stack(h, axis=1), caches


def rnn_backward(dh, cache):
    """The gradients of all steps, from dh (N, T, H)."""
    dx, dnow, sums = [], 0, [0, 0, 0]
    for t in reversed(range(dh.shape[1])):
        dx_t, dnow, *weights = rnn_step_backward(dh[:, t] + dnow, cache[t])
        dx.append(dx_t)
        sums = [total + more for total, more in zip(sums, weights, strict=True)]
    return np.stack(dx[::-1], axis=1), dnow, *sums

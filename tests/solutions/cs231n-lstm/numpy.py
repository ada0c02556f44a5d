# rnncheck: cs231n-lstm
"""An LSTM, forward and backward, by the names of CS231n; gates i, f, o, g."""

import numpy as np


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """One step: x (N, D), prev_h and prev_c (N, H) to next_h and next_c."""
    i, f, o, g = np.split(x @ Wx + prev_h @ Wh + b, 4, axis=1)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)


def lstm_step_backward(dnext_h, dnext_c, cache):
    """The gradients of one step."""
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    shown = np.tanh(next_c)
    dc = dnext_c + dnext_h * o * (1 - shown**2)
    da = np.concatenate(
        [
            dc * g * i * (1 - i),
            dc * prev_c * f * (1 - f),
            dnext_h * shown * o * (1 - o),
            dc * i * (1 - g**2),
        ],
        axis=1,
    )
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, prev_h.T @ da, da.sum(axis=0)


def lstm_forward(x, h0, Wx, Wh, b):
    """All steps from c = 0: x (N, T, D) to h (N, T, H)."""
    h, caches, now, c = [], [], h0, np.zeros_like(h0)
    for t in range(x.shape[1]):
        now, c, cache = lstm_step_forward(x[:, t], now, c, Wx, Wh, b)
        h.append(now)
        caches.append(cache)
    return np.stack(h, axis=1), caches


def lstm_backward(dh, cache):
    """The gradients of all steps, from dh (N, T, H)."""
    dx, dnow, dc, sums = [], 0, 0, [0, 0, 0]
    for t in reversed(range(dh.shape[1])):
        dx_t, dnow, dc, *weights = lstm_step_backward(dh[:, t] + dnow, dc, cache[t])
        dx.append(dx_t)
        sums = [total + more for total, more in zip(sums, weights, strict=True)]
    return np.stack(dx[::-1], axis=1), dnow, *sums

# rnncheck: dlfs2-lstm
"""LSTM and TimeLSTM, by the names of Deep Learning from Scratch 2; gates f, g, i, o."""

import numpy as np


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


class LSTM:
    """One step."""

    def __init__(self, Wx, Wh, b):
        """Hold the weights."""
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]
        self.cache = None

    def forward(self, x, h_prev, c_prev):
        """Return h_next and c_next (N, H)."""
        Wx, Wh, b = self.params
        f, g, i, o = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        f, g, i, o = sigmoid(f), np.tanh(g), sigmoid(i), sigmoid(o)
        c_next = f * c_prev + g * i
        h_next = o * np.tanh(c_next)
        self.cache = (x, h_prev, c_prev, f, g, i, o, c_next)
        return h_next, c_next

    def backward(self, dh_next, dc_next):
        """Return dx, dh_prev and dc_prev."""
        Wx, Wh, _ = self.params
        x, h_prev, c_prev, f, g, i, o, c_next = self.cache
        shown = np.tanh(c_next)
        dc = dc_next + dh_next * o * (1 - shown**2)
        da = np.hstack(
            [
                dc * c_prev * f * (1 - f),
                dc * i * (1 - g**2),
                dc * g * i * (1 - i),
                dh_next * shown * o * (1 - o),
            ]
        )
        for grad, value in zip(self.grads, (x.T @ da, h_prev.T @ da, da.sum(axis=0)), strict=True):
            grad[...] = value
        return da @ Wx.T, da @ Wh.T, dc * f


class TimeLSTM:
    """LSTM over time: xs (N, T, D) to hs (N, T, H)."""

    def __init__(self, Wx, Wh, b, stateful=False):
        """Hold the weights."""
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]
        self.layers = []
        self.h, self.dh, self.stateful = None, None, stateful

    def set_state(self, h):
        """Start from h."""
        self.h = h

    def forward(self, xs):
        """Run all steps."""
        steps, hs = xs.shape[1], []
        if not self.stateful or self.h is None:
            self.h = np.zeros((len(xs), self.params[1].shape[0]))
        c = np.zeros_like(self.h)
        self.layers = [LSTM(*self.params) for _ in range(steps)]
        for t, layer in enumerate(self.layers):
            self.h, c = layer.forward(xs[:, t], self.h, c)
            hs.append(self.h)
        return np.stack(hs, axis=1)

    def backward(self, dhs):
        """Go back through all steps."""
        dh, dc, dxs = 0, 0, []
        for grad in self.grads:
            grad[...] = 0
        for t in reversed(range(dhs.shape[1])):
            dx, dh, dc = self.layers[t].backward(dhs[:, t] + dh, dc)
            dxs.append(dx)
            for grad, more in zip(self.grads, self.layers[t].grads, strict=True):
                grad += more
        self.dh = dh
        return np.stack(dxs[::-1], axis=1)

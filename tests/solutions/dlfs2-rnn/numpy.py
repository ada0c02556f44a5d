# rnncheck: dlfs2-rnn
"""RNN and TimeRNN, by the names of Deep Learning from Scratch 2."""

import numpy as np


class RNN:
    """One step."""

    def __init__(self, Wx, Wh, b):
        """Hold the weights."""
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]
        self.cache = None

    def forward(self, x, h_prev):
        """Return h_next (N, H)."""
        Wx, Wh, b = self.params
        h_next = np.tanh(x @ Wx + h_prev @ Wh + b)
        self.cache = (x, h_prev, h_next)
        return h_next

    def backward(self, dh_next):
        """Return dx and dh_prev."""
        Wx, Wh, _ = self.params
        x, h_prev, h_next = self.cache
        da = dh_next * (1 - h_next**2)
        for grad, value in zip(self.grads, (x.T @ da, h_prev.T @ da, da.sum(axis=0)), strict=True):
            grad[...] = value
        return da @ Wx.T, da @ Wh.T


class TimeRNN:
    """RNN over time: xs (N, T, D) to hs (N, T, H)."""

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
        self.layers = [RNN(*self.params) for _ in range(steps)]
        for t, layer in enumerate(self.layers):
            self.h = layer.forward(xs[:, t], self.h)
            hs.append(self.h)
        return np.stack(hs, axis=1)

    def backward(self, dhs):
        """Go back through all steps."""
        dh, dxs = 0, []
        for grad in self.grads:
            grad[...] = 0
        for t in reversed(range(dhs.shape[1])):
            dx, dh = self.layers[t].backward(dhs[:, t] + dh)
            dxs.append(dx)
            for grad, more in zip(self.grads, self.layers[t].grads, strict=True):
                grad += more
        self.dh = dh
        return np.stack(dxs[::-1], axis=1)

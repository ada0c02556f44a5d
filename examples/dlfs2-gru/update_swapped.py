# rnncheck: dlfs2-gru
"""Wrong: z keeps what it should take."""

import numpy as np


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


class GRU:
    """One step."""

    def __init__(self, Wx, Wh, b):
        """Hold the weights."""
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(param) for param in self.params]
        self.cache = None

    def forward(self, x, h_prev):
        """Return h_next (N, H)."""
        Wx, Wh, b = self.params
        size = Wh.shape[0]
        ax, (Whz, Whr, Whh) = x @ Wx + b, np.split(Wh, 3, axis=1)
        z = sigmoid(ax[:, :size] + h_prev @ Whz)
        r = sigmoid(ax[:, size : 2 * size] + h_prev @ Whr)
        n = np.tanh(ax[:, 2 * size :] + (r * h_prev) @ Whh)
        self.cache = (x, h_prev, z, r, n)
        return z * h_prev + (1 - z) * n

    def backward(self, dh_next):
        """Return dx and dh_prev."""
        Wx, Wh, _ = self.params
        x, h_prev, z, r, n = self.cache
        Whz, Whr, Whh = np.split(Wh, 3, axis=1)
        dn = dh_next * z * (1 - n**2)
        drh = dn @ Whh.T
        dz = dh_next * (n - h_prev) * z * (1 - z)
        dr = drh * h_prev * r * (1 - r)
        da = np.hstack([dz, dr, dn])
        dWh = np.hstack([h_prev.T @ dz, h_prev.T @ dr, (r * h_prev).T @ dn])
        for grad, value in zip(self.grads, (x.T @ da, dWh, da.sum(axis=0)), strict=True):
            grad[...] = value
        return da @ Wx.T, dh_next * (1 - z) + dz @ Whz.T + dr @ Whr.T + drh * r


class TimeGRU:
    """GRU over time: xs (N, T, D) to hs (N, T, H)."""

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
        self.layers = [GRU(*self.params) for _ in range(steps)]
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

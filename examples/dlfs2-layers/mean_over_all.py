# rnncheck: dlfs2-layers
"""Wrong: steps that do not count are counted in the mean."""

import numpy as np


class TimeEmbedding:
    """Rows of W (V, D) by their numbers xs (N, T)."""

    def __init__(self, W):
        """Hold the table."""
        self.params, self.grads = [W], [np.zeros_like(W)]

    def forward(self, xs):
        """Look the rows up."""
        self.xs = xs
        return self.params[0][xs]

    def backward(self, dout):
        """Sum the gradients of equal rows."""
        self.grads[0][...] = 0
        np.add.at(self.grads[0], self.xs, dout)


class TimeAffine:
    """A dense layer after each step: W (D, M), b (M,)."""

    def __init__(self, W, b):
        """Hold the weights."""
        self.params, self.grads = [W, b], [np.zeros_like(W), np.zeros_like(b)]

    def forward(self, x):
        """Return x W + b; x (N, T, D)."""
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dout):
        """Return dx."""
        self.grads[0][...] = np.einsum("ntd,ntm->dm", self.x, dout)
        self.grads[1][...] = dout.sum(axis=(0, 1))
        return dout @ self.params[0].T


class TimeSoftmaxWithLoss:
    """The mean cross-entropy of the steps whose label is not -1."""

    def __init__(self):
        """Hold nothing."""
        self.params, self.grads = [], []

    def forward(self, xs, ts):
        """Return the loss of scores xs (N, T, V) and labels ts (N, T)."""
        powers = np.exp(xs - xs.max(axis=2, keepdims=True))
        probs, mask = powers / powers.sum(axis=2, keepdims=True), ts != -1
        rows, steps = np.indices(ts.shape)
        self.cache = (probs, ts, mask)
        return -np.sum(mask * np.log(probs[rows, steps, ts])) / mask.size

    def backward(self, dout=1):
        """Return dxs."""
        probs, ts, mask = self.cache
        rows, steps = np.indices(ts.shape)
        dxs = probs.copy()
        dxs[rows, steps, ts] -= 1
        return dxs * dout * mask[:, :, None] / mask.size

# rnncheck: dlfs2-layers
"""What stands beside the recurrence, by the names of Deep Learning from Scratch 2.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_dlfs2_layers.py

xs is (N, T, D) or (N, T, V); backward puts the gradients of params into self.grads.
"""

import numpy as np


class TimeEmbedding:
    """Rows of W (V, D) by their numbers xs (N, T)."""

    def __init__(self, W):
        """Hold the table."""
        self.params, self.grads = [W], [np.zeros_like(W)]

    def forward(self, xs):
        """Look the rows up."""
        raise NotImplementedError("write forward")

    def backward(self, dout):
        """Sum the gradients of equal rows."""
        raise NotImplementedError("write backward")


class TimeAffine:
    """A dense layer after each step: W (D, M), b (M,)."""

    def __init__(self, W, b):
        """Hold the weights."""
        self.params, self.grads = [W, b], [np.zeros_like(W), np.zeros_like(b)]

    def forward(self, x):
        """Return x W + b; x (N, T, D)."""
        raise NotImplementedError("write forward")

    def backward(self, dout):
        """Return dx."""
        raise NotImplementedError("write backward")


class TimeSoftmaxWithLoss:
    """The mean cross-entropy of the steps whose label is not -1."""

    def __init__(self):
        """Hold nothing."""
        self.params, self.grads = [], []

    def forward(self, xs, ts):
        """Return the loss of scores xs (N, T, V) and labels ts (N, T)."""
        raise NotImplementedError("write forward")

    def backward(self, dout=1):
        """Return dxs."""
        raise NotImplementedError("write backward")

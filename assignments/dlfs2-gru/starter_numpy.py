# rnncheck: dlfs2-gru
"""GRU and TimeGRU, by the names of Deep Learning from Scratch 2; gates z, r, h.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_dlfs2_gru.py

xs is (N, T, D), Wx (D, 3*H), Wh (H, 3*H), b (3*H,), the gates side by side: z, r, h. The
candidate reads r * h_prev; h_next = (1 - z) * h_prev + z * candidate.
"""

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
        raise NotImplementedError("write forward")

    def backward(self, dh_next):
        """Return dx and dh_prev."""
        raise NotImplementedError("write backward")


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
        raise NotImplementedError("write forward")

    def backward(self, dhs):
        """Go back through all steps."""
        raise NotImplementedError("write backward")

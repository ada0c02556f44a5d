# rnncheck: dlfs2-rnn
"""RNN and TimeRNN, by the names of Deep Learning from Scratch 2.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_dlfs2_rnn.py

xs is (N, T, D), Wx (D, H), Wh (H, H), b (H,). backward puts the gradients into self.grads.
"""

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
        raise NotImplementedError("write forward")

    def backward(self, dh_next):
        """Return dx and dh_prev."""
        raise NotImplementedError("write backward")


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
        raise NotImplementedError("write forward")

    def backward(self, dhs):
        """Go back through all steps."""
        raise NotImplementedError("write backward")

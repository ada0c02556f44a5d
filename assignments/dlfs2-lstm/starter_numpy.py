# rnncheck: dlfs2-lstm
"""LSTM and TimeLSTM, by the names of Deep Learning from Scratch 2; gates f, g, i, o.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_dlfs2_lstm.py

xs is (N, T, D), Wx (D, 4*H), Wh (H, 4*H), b (4*H,), the gates side by side: f, g, i, o.
"""

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
        raise NotImplementedError("write forward")

    def backward(self, dh_next, dc_next):
        """Return dx, dh_prev and dc_prev."""
        raise NotImplementedError("write backward")


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
        raise NotImplementedError("write forward")

    def backward(self, dhs):
        """Go back through all steps."""
        raise NotImplementedError("write backward")

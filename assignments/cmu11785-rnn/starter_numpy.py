# rnncheck: cmu11785-rnn
"""RNNCell, by the names of CMU 11-785.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cmu11785_rnn.py

W_ih is (H, D), W_hh (H, H), b_ih and b_hh (H,); backward adds to dW_ih and the others.
"""

import numpy as np


class RNNCell:
    """One step of an Elman network."""

    def __init__(self, input_size, hidden_size, nonlinearity="tanh"):
        """Make zero weights."""
        self.init_weights(
            np.zeros((hidden_size, input_size)),
            np.zeros((hidden_size, hidden_size)),
            np.zeros(hidden_size),
            np.zeros(hidden_size),
        )

    def init_weights(self, W_ih, W_hh, b_ih, b_hh):
        """Take weights."""
        self.W_ih, self.W_hh, self.b_ih, self.b_hh = W_ih, W_hh, b_ih, b_hh
        self.zero_grad()

    def zero_grad(self):
        """Forget gradients."""
        self.dW_ih, self.dW_hh = np.zeros_like(self.W_ih), np.zeros_like(self.W_hh)
        self.db_ih, self.db_hh = np.zeros_like(self.b_ih), np.zeros_like(self.b_hh)

    def forward(self, x, h_prev_t):
        """Return h_t (N, H)."""
        raise NotImplementedError("write forward")

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        """Return dx and dh_prev_t."""
        raise NotImplementedError("write backward")

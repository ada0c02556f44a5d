# rnncheck: cmu11785-rnn
"""Wrong: the upstream gradient is ignored."""

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
        return np.tanh(x @ self.W_ih.T + self.b_ih + h_prev_t @ self.W_hh.T + self.b_hh)

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        """Return dx and dh_prev_t."""
        dz = 1 - h_t**2
        self.dW_ih += dz.T @ h_prev_l
        self.dW_hh += dz.T @ h_prev_t
        self.db_ih += dz.sum(axis=0)
        self.db_hh += dz.sum(axis=0)
        return dz @ self.W_ih, dz @ self.W_hh

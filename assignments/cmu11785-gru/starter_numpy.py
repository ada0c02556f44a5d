# rnncheck: cmu11785-gru
"""GRUCell, by the names of CMU 11-785; x is one row.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_cmu11785_gru.py

Matrices are (H, D) and (H, H); x is one row (D,) or a batch (N, D). r works on the candidate's
hidden part after its matmul and bias; h_t = (1 - z) * n + z * h_prev_t.
"""

import numpy as np


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


class GRUCell:
    """One step of a GRU, of one row."""

    def __init__(self, input_size, hidden_size):
        """Hold the sizes."""
        self.d, self.h = input_size, hidden_size

    def init_weights(self, Wrx, Wzx, Wnx, Wrh, Wzh, Wnh, brx, bzx, bnx, brh, bzh, bnh):
        """Take weights."""
        self.Wrx, self.Wzx, self.Wnx = Wrx, Wzx, Wnx
        self.Wrh, self.Wzh, self.Wnh = Wrh, Wzh, Wnh
        self.brx, self.bzx, self.bnx = brx, bzx, bnx
        self.brh, self.bzh, self.bnh = brh, bzh, bnh

    def forward(self, x, h_prev_t):
        """Return h_t (H,)."""
        raise NotImplementedError("write forward")

    def backward(self, delta):
        """Return dx and dh_prev_t."""
        raise NotImplementedError("write backward")

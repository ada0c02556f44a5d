# rnncheck: cmu11785-gru
"""Wrong: the hidden part of the candidate gets the gradient without r."""

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
        self.x, self.hidden = x, h_prev_t
        self.r = sigmoid(self.Wrx @ x + self.brx + self.Wrh @ h_prev_t + self.brh)
        self.z = sigmoid(self.Wzx @ x + self.bzx + self.Wzh @ h_prev_t + self.bzh)
        self.inner = self.Wnh @ h_prev_t + self.bnh
        self.n = np.tanh(self.Wnx @ x + self.bnx + self.r * self.inner)
        return (1 - self.z) * self.n + self.z * h_prev_t

    def backward(self, delta):
        """Return dx and dh_prev_t."""
        dn = delta * (1 - self.z) * (1 - self.n**2)
        dz = delta * (self.hidden - self.n) * self.z * (1 - self.z)
        dr = dn * self.inner * self.r * (1 - self.r)
        di = dn
        self.dWrx, self.dWzx, self.dWnx = (np.outer(d, self.x) for d in (dr, dz, dn))
        self.dWrh, self.dWzh, self.dWnh = (np.outer(d, self.hidden) for d in (dr, dz, di))
        self.dbrx, self.dbzx, self.dbnx = dr, dz, dn
        self.dbrh, self.dbzh, self.dbnh = dr, dz, di
        dx = dr @ self.Wrx + dz @ self.Wzx + dn @ self.Wnx
        return dx, delta * self.z + dr @ self.Wrh + dz @ self.Wzh + di @ self.Wnh

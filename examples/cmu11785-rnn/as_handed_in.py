import numpy as np
from activation import *


class RNNCell(object):
    """Right: the activation is in a file that is not here; gradients are means over the batch."""

    def __init__(self, input_size, hidden_size):
        self.input_size, self.hidden_size = input_size, hidden_size
        self.activation = Tanh()
        h, d = hidden_size, input_size
        self.W_ih, self.W_hh = np.random.randn(h, d), np.random.randn(h, h)
        self.b_ih, self.b_hh = np.random.randn(h), np.random.randn(h)
        self.zero_grad()

    def init_weights(self, W_ih, W_hh, b_ih, b_hh):
        self.W_ih, self.W_hh, self.b_ih, self.b_hh = W_ih, W_hh, b_ih, b_hh

    def zero_grad(self):
        d, h = self.input_size, self.hidden_size
        self.dW_ih, self.dW_hh = np.zeros((h, d)), np.zeros((h, h))
        self.db_ih, self.db_hh = np.zeros(h), np.zeros(h)

    def __call__(self, x, h_prev_t):
        return self.forward(x, h_prev_t)

    def forward(self, x, h_prev_t):
        return self.activation(x @ self.W_ih.T + self.b_ih + h_prev_t @ self.W_hh.T + self.b_hh)

    def backward(self, delta, h_t, h_prev_l, h_prev_t):
        N = delta.shape[0]
        dz = self.activation.derivative(state=h_t) * delta
        self.dW_ih += dz.T @ h_prev_l / N
        self.dW_hh += dz.T @ h_prev_t / N
        self.db_ih += dz.mean(axis=0)
        self.db_hh += dz.mean(axis=0)
        return dz @ self.W_ih, dz @ self.W_hh

# rnncheck: d2l-lstm
"""LSTMScratch, by the names of Dive into Deep Learning."""

import torch
from torch import nn


class LSTMScratch(nn.Module):
    """An LSTM, time first."""

    def __init__(self, num_inputs, num_hiddens, sigma=0.01):
        """Make the parameters."""
        super().__init__()
        self.num_hiddens = num_hiddens
        for gate in "ifoc":
            weight_x = torch.randn(num_inputs, num_hiddens) * sigma
            weight_h = torch.randn(num_hiddens, num_hiddens) * sigma
            self.register_parameter(f"W_x{gate}", nn.Parameter(weight_x))
            self.register_parameter(f"W_h{gate}", nn.Parameter(weight_h))
            self.register_parameter(f"b_{gate}", nn.Parameter(torch.zeros(num_hiddens)))

    def forward(self, inputs, H_C=None):
        """Return the outputs of all steps and the last (h, c); inputs (T, N, D)."""
        zeros = torch.zeros(inputs.shape[1], self.num_hiddens)
        h, c = (zeros, zeros) if H_C is None else H_C
        outputs = []
        for x in inputs:
            i = torch.sigmoid(x @ self.W_xi + h @ self.W_hi + self.b_i)
            f = torch.sigmoid(x @ self.W_xf + h @ self.W_hf + self.b_f)
            o = torch.sigmoid(x @ self.W_xo + h @ self.W_ho + self.b_o)
            c = f * c + i * torch.tanh(x @ self.W_xc + h @ self.W_hc + self.b_c)
            h = o * torch.tanh(c)
            outputs.append(h)
        return outputs, (h, c)

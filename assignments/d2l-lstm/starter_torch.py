# rnncheck: d2l-lstm
"""LSTMScratch, by the names of Dive into Deep Learning, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_d2l_lstm.py
"""

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
        raise NotImplementedError("write forward")

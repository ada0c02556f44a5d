# rnncheck: d2l-rnn
"""RNNScratch, by the names of Dive into Deep Learning, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_d2l_rnn.py
"""

import torch
from torch import nn


class RNNScratch(nn.Module):
    """An Elman layer, time first."""

    def __init__(self, num_inputs, num_hiddens, sigma=0.01):
        """Make the parameters."""
        super().__init__()
        self.num_hiddens = num_hiddens
        self.W_xh = nn.Parameter(torch.randn(num_inputs, num_hiddens) * sigma)
        self.W_hh = nn.Parameter(torch.randn(num_hiddens, num_hiddens) * sigma)
        self.b_h = nn.Parameter(torch.zeros(num_hiddens))

    def forward(self, inputs, state=None):
        """Return the outputs of all steps and the last state; inputs (T, N, D)."""
        raise NotImplementedError("write forward")

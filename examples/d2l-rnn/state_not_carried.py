# rnncheck: d2l-rnn
"""Wrong: every step starts from the first state."""

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
        if state is None:
            state = torch.zeros(inputs.shape[1], self.num_hiddens)
        outputs = []
        for x in inputs:
            new = torch.tanh(x @ self.W_xh + state @ self.W_hh + self.b_h)
            outputs.append(new)
        return outputs, new

# rnncheck: own-lstm-cell
"""An LSTM cell with one matrix for [x, h], gates f, i, o, g."""

import torch
from torch import nn


class LSTMCell(nn.Module):
    """One step."""

    def __init__(self, input_size, hidden_size):
        """Make one matrix for all gates."""
        super().__init__()
        self.gates = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, x, state):
        """Return the new (h, c), each (N, H)."""
        h, c = state
        f, i, o, g = self.gates(torch.cat([x, h], dim=1)).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

# rnncheck: own-elman
"""A vanilla RNN over time with a linear map of the input and one of the state."""

import torch
from torch import nn


class RNN(nn.Module):
    """All steps."""

    def __init__(self, input_size, hidden_size):
        """Make the parameters."""
        super().__init__()
        self.from_x = nn.Linear(input_size, hidden_size)
        self.from_h = nn.Linear(hidden_size, hidden_size, bias=False)

    def forward(self, x, h):
        """Return outputs (T, N, H) and the last h."""
        outputs = []
        for row in self.from_x(x):
            h = torch.tanh(row + self.from_h(h))
            outputs.append(h)
        return torch.stack(outputs), h

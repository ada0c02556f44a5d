# rnncheck: own-gru-cell
"""Wrong in any convention: the candidate is a sigmoid."""

import torch
from torch import nn


class GRUCell(nn.Module):
    """One step."""

    def __init__(self, input_size, hidden_size):
        """Make a linear map of the input and one of the state."""
        super().__init__()
        self.from_x = nn.Linear(input_size, 3 * hidden_size)
        self.from_h = nn.Linear(hidden_size, 3 * hidden_size)

    def forward(self, x, h):
        """Return the new h (N, H)."""
        zx, rx, nx = self.from_x(x).chunk(3, dim=1)
        zh, rh, nh = self.from_h(h).chunk(3, dim=1)
        z, r = torch.sigmoid(zx + zh), torch.sigmoid(rx + rh)
        return (1 - z) * torch.sigmoid(nx + r * nh) + z * h

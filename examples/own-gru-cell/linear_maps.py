# rnncheck: own-gru-cell
"""Right: gates n, z, r, the new h as a step from n to h."""

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
        nx, zx, rx = self.from_x(x).chunk(3, dim=1)
        nh, zh, rh = self.from_h(h).chunk(3, dim=1)
        z, r = torch.sigmoid(zx + zh), torch.sigmoid(rx + rh)
        return torch.lerp(torch.tanh(nx + r * nh), h, z)

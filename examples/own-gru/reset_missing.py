# rnncheck: own-gru
"""Wrong in any convention: the reset gate is computed and not used."""

import torch
from torch import nn


class GRU(nn.Module):
    """All steps."""

    def __init__(self, input_size, hidden_size):
        """Make the parameters."""
        super().__init__()
        self.w = nn.Parameter(torch.randn(input_size, 3 * hidden_size))
        self.u = nn.Parameter(torch.randn(hidden_size, 3 * hidden_size))
        self.b = nn.Parameter(torch.zeros(3 * hidden_size))

    def forward(self, x, h):
        """Return outputs (T, N, H) and the last h."""
        uz, ur, un = self.u.chunk(3, dim=1)
        outputs = []
        for row in x:
            az, ar, an = (row @ self.w + self.b).chunk(3, dim=1)
            z, _ = torch.sigmoid(az + h @ uz), torch.sigmoid(ar + h @ ur)
            h = z * h + (1 - z) * torch.tanh(an + h @ un)
            outputs.append(h)
        return torch.stack(outputs), h

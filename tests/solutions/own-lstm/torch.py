# rnncheck: own-lstm
"""An LSTM over time, weights (in, out), gates o, f, i, g, one bias."""

import torch
from torch import nn


class LSTM(nn.Module):
    """All steps."""

    def __init__(self, input_size, hidden_size):
        """Make the weights of x and of h, and a bias."""
        super().__init__()
        self.w = nn.Parameter(0.1 * torch.randn(input_size, 4 * hidden_size))
        self.u = nn.Parameter(0.1 * torch.randn(hidden_size, 4 * hidden_size))
        self.b = nn.Parameter(torch.zeros(4 * hidden_size))

    def forward(self, x, state):
        """Return outputs (T, N, H) and the last (h, c)."""
        h, c = state
        outputs = []
        for now in x:
            o, f, i, g = (now @ self.w + h @ self.u + self.b).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), (h, c)

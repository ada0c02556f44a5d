"""Right: nn.Parameter, gates by slices."""

import torch
from torch import nn


class GRU(nn.Module):
    """A drop-in for torch.nn.GRU."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters."""
        super().__init__()
        self.n = hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.rand(3 * hidden_size, input_size) - 0.5)
        self.weight_hh_l0 = nn.Parameter(torch.rand(3 * hidden_size, hidden_size) - 0.5)
        self.bias_ih_l0 = nn.Parameter(torch.rand(3 * hidden_size) - 0.5)
        self.bias_hh_l0 = nn.Parameter(torch.rand(3 * hidden_size) - 0.5)

    def forward(self, inp, hx=None):
        """Run the GRU over inp (T, B, D)."""
        n = self.n
        h = inp.new_zeros(inp.shape[1], n) if hx is None else hx[0]
        out = []
        for t in range(inp.shape[0]):
            a = inp[t] @ self.weight_ih_l0.T + self.bias_ih_l0
            b = h @ self.weight_hh_l0.T + self.bias_hh_l0
            reset = torch.sigmoid(a[:, :n] + b[:, :n])
            update = torch.sigmoid(a[:, n : 2 * n] + b[:, n : 2 * n])
            new = torch.tanh(a[:, 2 * n :] + reset * b[:, 2 * n :])
            h = new + update * (h - new)
            out.append(h)
        return torch.stack(out, 0), h.unsqueeze(0)

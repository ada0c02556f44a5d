"""Wrong: in PyTorch the reset gate acts after the recurrent product."""

import torch
from torch import nn


class GRUCell(nn.Module):
    """A drop-in for torch.nn.GRUCell."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters."""
        super().__init__()
        self.weight_ih = nn.Parameter(torch.randn(3 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.randn(3 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(3 * hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(3 * hidden_size))

    def forward(self, x, h=None):
        """Compute one step."""
        if h is None:
            h = x.new_zeros(len(x), self.weight_hh.shape[1])
        w_r, w_z, w_n = self.weight_ih.chunk(3)
        u_r, u_z, u_n = self.weight_hh.chunk(3)
        b_r, b_z, b_n = (self.bias_ih + self.bias_hh).chunk(3)
        r = torch.sigmoid(x @ w_r.T + h @ u_r.T + b_r)
        z = torch.sigmoid(x @ w_z.T + h @ u_z.T + b_z)
        n = torch.tanh(x @ w_n.T + (r * h) @ u_n.T + b_n)
        return z * h + (1 - z) * n

"""Right: nn.Parameter and a loop over time."""

import torch
from torch import nn


class LSTM(nn.Module):
    """A drop-in for torch.nn.LSTM."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters."""
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.randn(4 * hidden_size, input_size) * 0.1)
        self.weight_hh_l0 = nn.Parameter(torch.randn(4 * hidden_size, hidden_size) * 0.1)
        self.bias_ih_l0 = nn.Parameter(torch.zeros(4 * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(4 * hidden_size))

    def forward(self, x, state=None):
        """Run the LSTM over x (T, B, D)."""
        if state is None:
            zeros = torch.zeros(1, x.size(1), self.hidden_size, dtype=x.dtype, device=x.device)
            state = (zeros, zeros)
        h, c = state[0].squeeze(0), state[1].squeeze(0)
        outputs = []
        for t in range(x.size(0)):
            a = x[t].matmul(self.weight_ih_l0.t()) + self.bias_ih_l0
            a = a + h.matmul(self.weight_hh_l0.t()) + self.bias_hh_l0
            i, f, g, o = torch.split(a, self.hidden_size, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h.unsqueeze(0))
        return torch.cat(outputs, dim=0), (h.unsqueeze(0), c.unsqueeze(0))

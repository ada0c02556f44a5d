"""Wrong: detaches the state at every step, so that no gradient flows through time."""

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
        zeros = x.new_zeros(x.shape[1], self.hidden_size)
        h, c = (zeros, zeros) if state is None else (state[0][0], state[1][0])
        outputs = []
        for x_t in x:
            h, c = h.detach(), c.detach()
            a = x_t @ self.weight_ih_l0.T + self.bias_ih_l0
            a = a + h @ self.weight_hh_l0.T + self.bias_hh_l0
            i, f, g, o = a.chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), (h[None], c[None])

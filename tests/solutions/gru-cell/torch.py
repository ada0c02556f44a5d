"""Reference solution: one step of a GRU in PyTorch."""

import torch


class GRUCell(torch.nn.Module):
    """A drop-in for torch.nn.GRUCell."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters, with the names and shapes of torch.nn.GRUCell."""
        super().__init__()
        self.hidden_size = hidden_size
        rows = 3 * hidden_size
        self.weight_ih = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = torch.nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh = torch.nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def step(self, x, h):
        """Return the new h (B, H)."""
        r_x, z_x, n_x = (x @ self.weight_ih.T + self.bias_ih).chunk(3, dim=1)  # each (B, H)
        r_h, z_h, n_h = (h @ self.weight_hh.T + self.bias_hh).chunk(3, dim=1)
        r = torch.sigmoid(r_x + r_h)
        z = torch.sigmoid(z_x + z_h)
        n = torch.tanh(n_x + r * n_h)
        return z * h + (1.0 - z) * n

    def forward(self, x, state=None):
        """Return the new h (B, H)."""
        if state is None:
            state = x.new_zeros(x.shape[0], self.hidden_size)
        return self.step(x, state)

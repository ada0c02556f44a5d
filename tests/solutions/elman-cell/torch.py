"""Reference solution: one step of an Elman network in PyTorch."""

import torch


class RNNCell(torch.nn.Module):
    """A drop-in for torch.nn.RNNCell."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters, with the names and shapes of torch.nn.RNNCell."""
        super().__init__()
        self.hidden_size = hidden_size
        rows = hidden_size
        self.weight_ih = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = torch.nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh = torch.nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def step(self, x, h):
        """Return the new h (B, H)."""
        a = x @ self.weight_ih.T + self.bias_ih  # (B, H)
        return torch.tanh(a + h @ self.weight_hh.T + self.bias_hh)

    def forward(self, x, state=None):
        """Return the new h (B, H)."""
        if state is None:
            state = x.new_zeros(x.shape[0], self.hidden_size)
        return self.step(x, state)

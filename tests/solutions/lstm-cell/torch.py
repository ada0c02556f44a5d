"""Reference solution: one step of an LSTM in PyTorch."""

import torch


class LSTMCell(torch.nn.Module):
    """A drop-in for torch.nn.LSTMCell."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters, with the names and shapes of torch.nn.LSTMCell."""
        super().__init__()
        self.hidden_size = hidden_size
        rows = 4 * hidden_size
        self.weight_ih = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = torch.nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh = torch.nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def step(self, x, h, c):
        """Return the new h and c, each (B, H)."""
        a = x @ self.weight_ih.T + self.bias_ih  # (B, 4H)
        a = a + h @ self.weight_hh.T + self.bias_hh
        i, f, g, o = a.chunk(4, dim=1)  # each (B, H)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def forward(self, x, state=None):
        """Return the new (h, c), each (B, H)."""
        if state is None:
            zeros = x.new_zeros(x.shape[0], self.hidden_size)
            state = zeros, zeros
        return self.step(x, *state)

"""Reference solution: an LSTM over a sequence in PyTorch."""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters, with the names and shapes of torch.nn.LSTM."""
        super().__init__()
        self.hidden_size = hidden_size
        rows = 4 * hidden_size
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh_l0 = torch.nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def step(self, x, h, c):
        """Return the new h and c, each (B, H)."""
        a = x @ self.weight_ih_l0.T + self.bias_ih_l0  # (B, 4H)
        a = a + h @ self.weight_hh_l0.T + self.bias_hh_l0
        i, f, g, o = a.chunk(4, dim=1)  # each (B, H)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def forward(self, x, state=None):
        """Return h of every step (T, B, H) and the last (h, c), each (1, B, H)."""
        if state is None:
            zeros = x.new_zeros(1, x.shape[1], self.hidden_size)
            state = zeros, zeros
        h, c = state[0][0], state[1][0]  # (B, H)
        outputs = []
        for x_t in x:
            h, c = self.step(x_t, h, c)
            outputs.append(h)
        return torch.stack(outputs), (h[None], c[None])

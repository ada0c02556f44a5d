"""Reference solution: an Elman network over a sequence in PyTorch."""

import torch


class RNN(torch.nn.Module):
    """A drop-in for torch.nn.RNN."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters, with the names and shapes of torch.nn.RNN."""
        super().__init__()
        self.hidden_size = hidden_size
        rows = hidden_size
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh_l0 = torch.nn.Parameter(torch.empty(rows))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def step(self, x, h):
        """Return the new h (B, H)."""
        a = x @ self.weight_ih_l0.T + self.bias_ih_l0  # (B, H)
        return torch.tanh(a + h @ self.weight_hh_l0.T + self.bias_hh_l0)

    def forward(self, x, state=None):
        """Return h of every step (T, B, H) and the last h (1, B, H)."""
        if state is None:
            state = x.new_zeros(1, x.shape[1], self.hidden_size)
        h = state[0]  # (B, H)
        outputs = []
        for x_t in x:
            h = self.step(x_t, h)
            outputs.append(h)
        return torch.stack(outputs), h[None]

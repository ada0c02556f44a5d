"""Reference solution: an Elman network and a dense layer over time in PyTorch."""

import torch


class RNN(torch.nn.Module):
    """A drop-in for torch.nn.RNN: h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)."""

    def __init__(self, input_size, hidden_size):
        """Create the parameters, with the names and shapes of torch.nn.RNN."""
        super().__init__()
        self.hidden_size = hidden_size
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(hidden_size, input_size))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty(hidden_size))
        self.bias_hh_l0 = torch.nn.Parameter(torch.empty(hidden_size))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, state=None):
        """Return h of every step (T, B, H) and the last h (1, B, H)."""
        h = x.new_zeros(x.shape[1], self.hidden_size) if state is None else state[0]  # (B, H)
        outputs = []
        for x_t in x:
            a = x_t @ self.weight_ih_l0.T + self.bias_ih_l0
            h = torch.tanh(a + h @ self.weight_hh_l0.T + self.bias_hh_l0)
            outputs.append(h)
        return torch.stack(outputs), h[None]


class Linear(torch.nn.Module):
    """A drop-in for torch.nn.Linear: W h + b, of whatever axes stand before the last."""

    def __init__(self, in_features, out_features):
        """Create the parameters, with the names and shapes of torch.nn.Linear."""
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(out_features, in_features))
        self.bias = torch.nn.Parameter(torch.empty(out_features))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(in_features**-0.5), in_features**-0.5)

    def forward(self, h):
        """Return W h + b (..., O)."""
        return h @ self.weight.T + self.bias

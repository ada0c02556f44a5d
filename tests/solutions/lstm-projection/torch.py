"""Reference solution: an LSTM with a projection in PyTorch."""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM with proj_size."""

    def __init__(self, input_size, hidden_size, proj_size=0):
        """Create the parameters, with the names and shapes of torch.nn.LSTM."""
        super().__init__()
        self.hidden_size, self.proj_size = hidden_size, proj_size
        rows = 4 * hidden_size
        self.weight_ih_l0 = torch.nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh_l0 = torch.nn.Parameter(torch.empty(rows, proj_size))
        self.bias_ih_l0 = torch.nn.Parameter(torch.empty(rows))
        self.bias_hh_l0 = torch.nn.Parameter(torch.empty(rows))
        self.weight_hr_l0 = torch.nn.Parameter(torch.empty(proj_size, hidden_size))
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, state=None):
        """Return h of every step (T, B, P) and the last (h, c), (1, B, P) and (1, B, H)."""
        if state is None:
            state = [x.new_zeros(1, x.shape[1], n) for n in (self.proj_size, self.hidden_size)]
        h, c = state[0][0], state[1][0]  # (B, P), (B, H)
        outputs = []
        for x_t in x:
            a = x_t @ self.weight_ih_l0.T + self.bias_ih_l0 + h @ self.weight_hh_l0.T
            i, f, g, o = (a + self.bias_hh_l0).chunk(4, dim=1)  # each (B, H)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = (torch.sigmoid(o) * torch.tanh(c)) @ self.weight_hr_l0.T
            outputs.append(h)
        return torch.stack(outputs), (h[None], c[None])

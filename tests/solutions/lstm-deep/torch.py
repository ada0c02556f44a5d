"""Reference solution: a deep LSTM over a sequence in PyTorch."""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM with num_layers."""

    def __init__(self, input_size, hidden_size, num_layers=1):
        """Create the parameters, with the names and shapes of torch.nn.LSTM."""
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        for k in range(num_layers):
            width = hidden_size if k else input_size
            shapes = {
                "weight_ih": (width,),
                "weight_hh": (hidden_size,),
                "bias_ih": (),
                "bias_hh": (),
            }
            for name, columns in shapes.items():
                values = torch.empty(4 * hidden_size, *columns)
                torch.nn.init.uniform_(values, -(hidden_size**-0.5), hidden_size**-0.5)
                self.register_parameter(f"{name}_l{k}", torch.nn.Parameter(values))

    def step(self, x, h, c, k):
        """Return the new h and c of layer k, each (B, H)."""
        own = [getattr(self, f"{n}_l{k}") for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        a = x @ own[0].T + own[2] + h @ own[1].T + own[3]  # (B, 4H)
        i, f, g, o = a.chunk(4, dim=1)  # each (B, H)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def forward(self, x, state=None):
        """Return h of the last layer (T, B, H) and the last (h, c), each (num_layers, B, H)."""
        if state is None:
            zeros = x.new_zeros(self.num_layers, x.shape[1], self.hidden_size)
            state = zeros, zeros
        final = []
        for k in range(self.num_layers):
            h, c = state[0][k], state[1][k]  # (B, H)
            outputs = []
            for x_t in x:
                h, c = self.step(x_t, h, c, k)
                outputs.append(h)
            final.append((h, c))
            x = torch.stack(outputs)
        return x, (torch.stack([h for h, _ in final]), torch.stack([c for _, c in final]))

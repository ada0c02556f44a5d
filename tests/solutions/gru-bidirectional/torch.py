"""Reference solution: a GRU in both directions over a sequence in PyTorch."""

import torch


class GRU(torch.nn.Module):
    """A drop-in for torch.nn.GRU with bidirectional=True."""

    def __init__(self, input_size, hidden_size, bidirectional=True):
        """Create the parameters, with the names and shapes of torch.nn.GRU."""
        super().__init__()
        self.hidden_size = hidden_size
        for end in ("_l0", "_l0_reverse"):
            shapes = {
                "weight_ih": (input_size,),
                "weight_hh": (hidden_size,),
                "bias_ih": (),
                "bias_hh": (),
            }
            for name, columns in shapes.items():
                values = torch.empty(3 * hidden_size, *columns)
                torch.nn.init.uniform_(values, -(hidden_size**-0.5), hidden_size**-0.5)
                self.register_parameter(name + end, torch.nn.Parameter(values))

    def step(self, x, h, end):
        """Return the new h (B, H) of one direction."""
        of = {n: getattr(self, n + end) for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        r_x, z_x, n_x = (x @ of["weight_ih"].T + of["bias_ih"]).chunk(3, dim=1)  # each (B, H)
        r_h, z_h, n_h = (h @ of["weight_hh"].T + of["bias_hh"]).chunk(3, dim=1)
        z = torch.sigmoid(z_x + z_h)
        return z * h + (1.0 - z) * torch.tanh(n_x + torch.sigmoid(r_x + r_h) * n_h)

    def forward(self, x, state=None):
        """Return both h of every step (T, B, 2H) and the last h of each direction (2, B, H)."""
        if state is None:
            state = x.new_zeros(2, x.shape[1], self.hidden_size)
        sides = []
        for end, h in zip(("_l0", "_l0_reverse"), state, strict=True):
            outputs = []
            for x_t in x.flip(0) if end == "_l0_reverse" else x:
                h = self.step(x_t, h, end)
                outputs.append(h)
            sides.append((torch.stack(outputs), h))
        (forward, last), (reverse, first) = sides
        return torch.cat([forward, reverse.flip(0)], dim=2), torch.stack([last, first])

"""Reference solution: an LSTM of several layers with dropout between them, in PyTorch."""

import torch


class LSTM(torch.nn.Module):
    """A drop-in for torch.nn.LSTM with num_layers and dropout."""

    def __init__(self, input_size, hidden_size, num_layers=1, dropout=0.0):
        """Create the parameters, with the names and shapes of torch.nn.LSTM."""
        super().__init__()
        self.hidden_size, self.num_layers, self.dropout = hidden_size, num_layers, dropout
        rows = 4 * hidden_size
        for layer in range(num_layers):
            width = hidden_size if layer else input_size
            shapes = {"weight_ih": (rows, width), "weight_hh": (rows, hidden_size)}
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            for name, shape in shapes.items():
                parameter = torch.nn.Parameter(torch.empty(shape))
                torch.nn.init.uniform_(parameter, -(hidden_size**-0.5), hidden_size**-0.5)
                self.register_parameter(f"{name}_l{layer}", parameter)

    def run_layer(self, layer, x, h, c):
        """Return the outputs of a layer (T, B, H) and its last h and c."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w, u, b, d = (getattr(self, f"{name}_l{layer}") for name in names)
        outputs = []
        for x_t in x:
            i, f, g, o = (x_t @ w.T + b + h @ u.T + d).chunk(4, dim=1)  # each (B, H)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs), h, c

    def forward(self, x, state=None):
        """Return the last layer's outputs (T, B, H) and the last (h, c), (num_layers, B, H)."""
        if state is None:
            zeros = x.new_zeros(self.num_layers, x.shape[1], self.hidden_size)
            state = zeros, zeros
        hs, cs = [], []
        for layer in range(self.num_layers):
            if layer:
                x = torch.nn.functional.dropout(x, self.dropout, self.training)
            x, h, c = self.run_layer(layer, x, state[0][layer], state[1][layer])
            hs.append(h)
            cs.append(c)
        return x, (torch.stack(hs), torch.stack(cs))

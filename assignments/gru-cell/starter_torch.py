# rnncheck: gru-cell
"""One step of a GRU, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gru_cell.py
"""

import torch


class GRUCell(torch.nn.Module):
    """A drop-in for torch.nn.GRUCell.

        r = sigmoid(W_ih_r x_t + b_ih_r + W_hh_r h_{t-1} + b_hh_r)     reset gate
        z = sigmoid(W_ih_z x_t + b_ih_z + W_hh_z h_{t-1} + b_hh_z)     update gate
        n = tanh(W_ih_n x_t + b_ih_n + r * (W_hh_n h_{t-1} + b_hh_n))  candidate
        h_t = z * h_{t-1} + (1 - z) * n                                hidden state

    The gates follow each other in the order r, z, n: the first H rows belong to r.
    """

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

    def forward(self, x, state=None):
        """Compute one step.

        Args:
            x: inputs, (B, D).
            state: h, (B, H); None means zeros.

        Returns:
            The new h, (B, H).
        """
        raise NotImplementedError("write forward")

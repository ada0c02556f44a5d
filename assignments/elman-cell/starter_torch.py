# rnncheck: elman-cell
"""One step of an Elman network, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_cell.py
"""

import torch


class RNNCell(torch.nn.Module):
    """A drop-in for torch.nn.RNNCell.

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
    """

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

    def forward(self, x, state=None):
        """Compute one step.

        Args:
            x: inputs, (B, D).
            state: h, (B, H); None means zeros.

        Returns:
            The new h, (B, H).
        """
        raise NotImplementedError("write forward")

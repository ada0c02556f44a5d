# rnncheck: elman
"""An Elman network over a sequence, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman.py
"""

import torch


class RNN(torch.nn.Module):
    """A drop-in for torch.nn.RNN.

    h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)
    """

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

    def forward(self, x, state=None):
        """Compute the whole sequence.

        Args:
            x: inputs, (T, B, D): time first.
            state: h, (1, B, H); None means zeros.

        Returns:
            The outputs, which are h of every step, (T, B, H), and the final state
            h, (1, B, H).
        """
        raise NotImplementedError("write forward")

# rnncheck: elman-dense
"""An Elman network and a dense layer over time, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_dense.py
"""

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
        """Compute the whole sequence.

        Args:
            x: inputs, (T, B, D): time first.
            state: h, (1, B, H); None means zeros.

        Returns:
            h of every step, (T, B, H), and the final state h, (1, B, H).
        """
        raise NotImplementedError("write forward of RNN")


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
        """Compute every step at once; the tanh of the outputs is applied to what this gives back.

        Args:
            h: hidden states, (T, B, H).

        Returns:
            The outputs before their tanh, (T, B, O).
        """
        raise NotImplementedError("write forward of Linear")

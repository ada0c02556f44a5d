# rnncheck: own-elman-cell
"""A cell of a vanilla RNN with parameters of your own, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_own_elman_cell.py
"""

from torch import nn


class RNNCell(nn.Module):
    """One step."""

    def __init__(self, input_size, hidden_size):
        """Make your parameters."""
        super().__init__()

    def forward(self, x, h):
        """Return the new h (N, H)."""
        raise NotImplementedError("write forward")

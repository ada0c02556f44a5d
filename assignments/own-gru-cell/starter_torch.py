# rnncheck: own-gru-cell
"""A GRU cell with parameters of your own, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_own_gru_cell.py
"""

from torch import nn


class GRUCell(nn.Module):
    """One step."""

    def __init__(self, input_size, hidden_size):
        """Make your parameters."""
        super().__init__()

    def forward(self, x, h):
        """Return the new h (N, H)."""
        raise NotImplementedError("write forward")

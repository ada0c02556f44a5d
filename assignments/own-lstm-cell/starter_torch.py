# rnncheck: own-lstm-cell
"""An LSTM cell with parameters of your own, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_own_lstm_cell.py
"""

from torch import nn


class LSTMCell(nn.Module):
    """One step."""

    def __init__(self, input_size, hidden_size):
        """Make your parameters."""
        super().__init__()

    def forward(self, x, state):
        """Return the new (h, c), each (N, H)."""
        raise NotImplementedError("write forward")

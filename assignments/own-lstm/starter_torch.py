# rnncheck: own-lstm
"""An LSTM over time with parameters of your own, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_own_lstm.py
"""

from torch import nn


class LSTM(nn.Module):
    """All steps."""

    def __init__(self, input_size, hidden_size):
        """Make your parameters."""
        super().__init__()

    def forward(self, x, state):
        """Return outputs (T, N, H) and the last (h, c), each (N, H), given x (T, N, D) and (h, c)."""
        raise NotImplementedError("write forward")

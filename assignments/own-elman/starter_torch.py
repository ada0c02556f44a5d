# rnncheck: own-elman
"""A vanilla RNN over time with parameters of your own, in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_own_elman.py
"""

from torch import nn


class RNN(nn.Module):
    """All steps."""

    def __init__(self, input_size, hidden_size):
        """Make your parameters."""
        super().__init__()

    def forward(self, x, state):
        """Return outputs (T, N, H) and the last h (N, H), given x (T, N, D) and h."""
        raise NotImplementedError("write forward")

"""Wrong: values are dropped outside training too."""

import torch


class LSTM(torch.nn.LSTM):
    """torch.nn.LSTM that is always training."""

    def forward(self, x, state=None):
        """Run the layers as in training."""
        self.training = True
        return super().forward(x, state)

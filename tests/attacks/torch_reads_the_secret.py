"""Loads a file of the judge by torch."""

import torch


class RNNCell(torch.nn.RNNCell):
    def forward(self, input, hx=None):
        raise RuntimeError(str(torch.from_file("@SECRET@", size=8, dtype=torch.uint8)) + "REACHED")

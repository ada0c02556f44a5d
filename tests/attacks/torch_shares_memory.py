"""Shares tensors with processes of its own."""

import torch
import torch.multiprocessing


class RNNCell(torch.nn.RNNCell):
    def forward(self, input, hx=None):
        torch.multiprocessing.spawn(print, nprocs=1)
        raise RuntimeError("REACHED")

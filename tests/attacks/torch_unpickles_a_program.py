"""Loads by torch a pickle that runs a program."""

import io
import os

import torch


class Program:
    def __reduce__(self):
        return (os.execv, ("/bin/sh", ["sh", "-c", "echo REACHED > @RESULTS@"]))


class RNNCell(torch.nn.RNNCell):
    def forward(self, input, hx=None):
        stream = io.BytesIO()
        torch.save(Program(), stream)
        stream.seek(0)
        torch.load(stream, weights_only=False)
        raise RuntimeError("REACHED")

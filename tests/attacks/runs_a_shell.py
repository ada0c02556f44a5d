"""Runs a shell."""

import os


def forward(params, x, state):
    if os.system("echo REACHED > @RESULTS@") == 0:
        raise RuntimeError("REACHED")
    raise PermissionError

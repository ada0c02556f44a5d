"""Attaches to the judge as a debugger."""

import ctypes
import os


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, int("@PID@"), 0, 0) == 0:
        raise RuntimeError("REACHED")
    raise OSError(os.strerror(ctypes.get_errno()))

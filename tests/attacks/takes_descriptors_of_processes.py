"""Copies open files out of other processes by pidfd."""

import ctypes


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    for process in (1, int("@PID@")):
        handle = libc.syscall(434, process, 0)
        if handle >= 0 and libc.syscall(438, handle, 0, 0) >= 0:
            raise RuntimeError("REACHED")
    raise PermissionError

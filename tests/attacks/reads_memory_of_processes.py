"""Copies memory out of other processes."""

import ctypes

CALL = {"x86_64": 310, "aarch64": 270}["@MACHINE@"]


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = (ctypes.c_char * 8)()
    part = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    for process in (1, int("@PID@")):
        if libc.syscall(CALL, process, part, 1, part, 1, 0) >= 0:
            raise RuntimeError("REACHED")
    raise PermissionError

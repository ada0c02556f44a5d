"""Leaves shared memory, queues and keys for the next run of its own."""

import ctypes


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.shmget(4711, 4096, 0o1666) >= 0 or libc.msgget(4711, 0o1666) >= 0:
        raise RuntimeError("REACHED")
    if libc.semget(4711, 1, 0o1666) >= 0:
        raise RuntimeError("REACHED")
    raise PermissionError

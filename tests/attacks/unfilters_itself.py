"""Loads an own filter that allows all, and forgets its parent's death."""

import ctypes


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(1, 0, 0, 0, 0)
    code = ctypes.create_string_buffer(b"\x06\0\0\0\0\0\xff\x7f")
    program = (ctypes.c_void_p * 2)(1, ctypes.addressof(code))
    libc.prctl(22, 2, program, 0, 0)
    import os

    if not os.fork():
        os._exit(0)
    raise RuntimeError("REACHED")

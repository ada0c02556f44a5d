"""Uses calls that are newer than the filter."""

import ctypes


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    for call in range(463, 600):
        ctypes.set_errno(0)
        if libc.syscall(call, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 38:
            raise RuntimeError(f"REACHED {call}")
    raise PermissionError

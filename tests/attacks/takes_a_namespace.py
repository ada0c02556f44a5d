"""Takes namespaces in which it is root."""

import ctypes


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    for kind in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x02000000):
        if libc.unshare(kind) == 0:
            raise RuntimeError("REACHED")
    raise PermissionError

"""Has the machine write everything to its disks, again and again, so that others wait."""

import os


def forward(params, x, state):
    os.sync()  # has no error to tell: the filter's is not seen
    import ctypes

    if ctypes.CDLL(None, use_errno=True).syncfs(os.open(".", os.O_RDONLY)) < 0:
        raise PermissionError
    raise ValueError("REACHED: the disks are written")

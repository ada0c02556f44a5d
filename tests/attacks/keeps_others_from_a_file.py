"""Takes a lease on a library file: whoever opens it waits for most of a minute."""

import colorsys
import fcntl
import os

SET_LEASE, NOTIFY, WRITE = 1024, 1026, 1


def forward(params, x, state):
    for order, path, value in ((SET_LEASE, colorsys.__file__, WRITE), (NOTIFY, ".", 63)):
        try:
            fcntl.fcntl(os.open(path, os.O_RDONLY), order, value)
        except PermissionError:
            continue
        raise ValueError("REACHED: others wait for a file")
    raise PermissionError

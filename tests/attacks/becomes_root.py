"""Sets its ids to root and takes capabilities."""

import ctypes
import os


def forward(params, x, state):
    for change in (os.setuid, os.setgid, os.seteuid, lambda n: os.setgroups([n])):
        try:
            change(0)
        except OSError:
            continue
        raise RuntimeError("REACHED")
    if ctypes.CDLL(None).prctl(47, 2, 21, 0, 0) == 0:
        raise RuntimeError("REACHED")
    raise PermissionError

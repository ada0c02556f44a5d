"""Makes devices, pipes and sockets in its folder."""

import os
import stat


def forward(params, x, state):
    for mode in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO):
        try:
            os.mknod("special", mode | 0o666, os.makedev(1, 1))
        except OSError:
            continue
        raise RuntimeError("REACHED")
    raise PermissionError

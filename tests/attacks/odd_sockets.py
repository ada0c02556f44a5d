"""Opens sockets to the kernel and to the machine around this one."""

import socket


def forward(params, x, state):
    for family, kind in ((16, 3), (17, 3), (38, 5), (40, 1), (44, 3)):
        try:
            socket.socket(family, kind, 0)
        except OSError:
            continue
        raise RuntimeError(f"REACHED {family}")
    raise PermissionError

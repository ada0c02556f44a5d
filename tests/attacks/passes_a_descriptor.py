"""Sends a descriptor of its own along with a reply."""

import gc
import os
import socket

os.open(".", os.O_RDONLY)


def forward(params, x, state):
    for thing in gc.get_objects():
        if type(thing) is socket.socket:
            thing.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\3\0\0\0")])
    return state, state

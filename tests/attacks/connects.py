"""Connects to a port of this machine."""

import socket


def forward(params, x, state):
    socket.create_connection(("127.0.0.1", int("@PORT@")), timeout=1)
    raise RuntimeError("REACHED")

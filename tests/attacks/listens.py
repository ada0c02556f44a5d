"""Listens on a port, to be reached later."""

import socket


def forward(params, x, state):
    socket.create_server(("127.0.0.1", 0))
    raise RuntimeError("REACHED")

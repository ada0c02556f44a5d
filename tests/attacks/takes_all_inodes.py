"""Makes files until there are no more."""

import os


def forward(params, x, state):
    for name in range(5000):
        os.close(os.open(str(name), os.O_CREAT))
    raise RuntimeError("REACHED")

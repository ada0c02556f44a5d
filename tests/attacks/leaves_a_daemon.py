"""Starts a process that outlives it."""

import os
import time


def forward(params, x, state):
    if os.fork():
        raise RuntimeError("REACHED")
    os.setsid()
    if not os.fork():
        time.sleep(600)
    os._exit(0)

"""Starts threads without end."""

import threading
import time


def forward(params, x, state):
    for _ in range(10_000):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    raise RuntimeError("REACHED")

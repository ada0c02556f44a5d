"""Leaves a thread that prevents an orderly end."""

import threading
import time

threading.Thread(target=time.sleep, args=(600,)).start()


def forward(params, x, state):
    return state, state

"""Sends signals to all processes."""

import os
import signal


def forward(params, x, state):
    os.kill(-1, signal.SIGTERM)
    raise RuntimeError("REACHED")

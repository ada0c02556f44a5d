"""Sends signals to its parent and to the judge."""

import os
import signal


def forward(params, x, state):
    for process in (int("@PID@"), os.getppid(), -os.getpgid(0)):
        try:
            os.kill(process, signal.SIGUSR1)
        except OSError:
            continue
        raise RuntimeError("REACHED")
    raise PermissionError

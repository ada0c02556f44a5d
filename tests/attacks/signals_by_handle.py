"""Signals the judge by a pidfd."""

import os
import signal


def forward(params, x, state):
    signal.pidfd_send_signal(os.pidfd_open(int("@PID@")), signal.SIGUSR1)
    raise RuntimeError("REACHED")

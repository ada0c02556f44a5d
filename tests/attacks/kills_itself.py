"""Sends itself SIGKILL and SIGSTOP."""

import os
import signal


def forward(params, x, state):
    os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGSTOP)
    return state, state

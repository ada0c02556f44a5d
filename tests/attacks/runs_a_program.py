"""Runs a program in the place of the worker."""

import os
import sys


def forward(params, x, state):
    for program in (sys.executable, "/bin/true", "/bin/sh", "/usr/bin/env"):
        try:
            os.execv(program, [program])
        except OSError:
            continue
    raise PermissionError

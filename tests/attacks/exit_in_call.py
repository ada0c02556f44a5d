"""Raises SystemExit in every call."""

import sys


def forward(params, x, state):
    sys.exit(0)

"""Ends the process at once in a call."""

import os


def forward(params, x, state):
    os._exit(0)

"""Gives its environment away."""

import os


def forward(params, x, state):
    raise RuntimeError(str(dict(os.environ)))

"""Takes memory in files without a name."""

import os


def forward(params, x, state):
    raise RuntimeError(f"REACHED {os.memfd_create('x')}")

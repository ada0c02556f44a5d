"""Leaves files for the next run of its own."""

import os
import tempfile

folders = (".", "/tmp", "/var/tmp", "/dev/shm", "/scratch", tempfile.gettempdir())
for folder in {os.path.realpath(folder) for folder in folders}:
    path = os.path.join(folder, "left")
    if os.path.exists(path):
        raise RuntimeError("REACHED " + path)
    try:
        open(path, "w").close()
    except OSError:
        continue


def forward(params, x, state):
    return state, state

"""Reads from every descriptor that it may have inherited."""

import os


def forward(params, x, state):
    found = []
    for number in range(3, 1024):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
            found.append(os.pread(number, 1000, 0).decode(errors="replace"))
        except OSError:
            continue
    if [text for text in found if not text.startswith("socket:")]:
        raise RuntimeError(f"REACHED {found}")
    raise LookupError("nothing")

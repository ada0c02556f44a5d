"""Looks for keys, tokens and password files."""

import glob
import os

for pattern in (
    "/root/.*",
    "/home/*/.*",
    "/etc/shadow",
    "/etc/passwd",
    "~/.ssh/*",
    "~/.netrc",
    "~/.config/*",
):
    for path in glob.glob(os.path.expanduser(pattern)):
        try:
            open(path).close()
        except OSError:
            continue
        raise RuntimeError("REACHED " + path)


def forward(params, x, state):
    return state, state

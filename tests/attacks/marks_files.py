"""Changes the times and the attributes of a file of the judge's, which need not be opened for it."""

import os


def forward(params, x, state):
    for mark in (
        lambda: os.utime("@RESULTS@", (5, 5)),
        lambda: os.setxattr("@RESULTS@", "user.mark", b"100"),
    ):
        try:
            mark()
        except OSError:
            continue
        raise ValueError("REACHED: the results were marked")
    raise PermissionError

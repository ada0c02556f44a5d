"""Changes NumPy's and Python's own files for those who come after."""

import contextlib
import os
import sys

import numpy as np

for path in (np.__file__, os.__file__, sys.modules["rnncheck.worker.server"].__file__):
    for act in (
        os.remove,
        lambda name: open(name, "a").write("boom"),
        lambda name: os.chmod(name, 0),
    ):
        with contextlib.suppress(OSError):
            act(path)
            raise RuntimeError("REACHED")


def forward(params, x, state):
    return state, state

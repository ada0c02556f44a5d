"""Removes and renames what the judge writes."""

import os


def forward(params, x, state):
    os.rename("@RESULTS@", "@RESULTS@.old")
    os.remove("@RESULTS@.old")
    raise RuntimeError("REACHED")

"""Golden traces, each read once."""

from __future__ import annotations

import functools

from rnncheck.fixtures.files import read
from rnncheck.fixtures.golden import Golden


@functools.cache
def golden(name: str) -> Golden:
    """Return a golden trace by its name."""
    return read(name)

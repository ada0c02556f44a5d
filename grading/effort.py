"""How much is spent on mending one stranger's text: counted in characters, so the same everywhere.

A text may be made so that each attempt to read it fails late; a class must not wait for it.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MOST_PARSED = 10_000_000  # characters given to the parser for one submission, some three seconds
MOST_MENDED, MOST_LINES = 2**17, 5_000  # characters and lines of a text that is taken apart
_EACH = 300  # characters that a call of the parser costs beside those that it is given


class TooMuchError(ValueError):
    """So much was parsed for this submission that no more is."""


_left: ContextVar[list[int]] = ContextVar("left")


@contextmanager
def bounded() -> Iterator[None]:
    """Count what is parsed inside, for one submission."""
    token = _left.set([MOST_PARSED])
    try:
        yield
    finally:
        _left.reset(token)


def tree_of(text: str) -> ast.Module:
    """Return the tree of a text; a warning is no fault.

    Raises:
        SyntaxError, ValueError, MemoryError, RecursionError: it is no Python 3.
        TooMuchError: it was not read, as too much was.
    """
    left = _left.get([MOST_PARSED])
    left[0] -= len(text) + _EACH
    if left[0] < 0:
        raise TooMuchError("it is too long for so many faults")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)

"""Reads what a framework wraps around the error of a stranger's code."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\x1b\[\d*m|\\x1b\[\d*m")
_KERAS_HEAD = re.compile(r"Exception encountered when calling [^\n]*\n\s*")
_KERAS_TAIL = re.compile(r"\n\s*Arguments received by .*", re.DOTALL)
_NUMBER = re.compile(r"(?<!line )\b\d+\b")


def tidy(detail: str, *, brief: bool = False) -> str:
    """Return lines of an error without colours, empty lines and the words that Keras puts before.

    Args:
        detail: as it came.
        brief: leave out also the arguments that Keras lists.
    """
    text = _KERAS_HEAD.sub("", _ESCAPE.sub("", detail))
    if brief:
        text = _KERAS_TAIL.sub("", text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def place(text: str) -> str:
    """Return a text without its numbers, but for those of lines: sizes differ between cases."""
    return _NUMBER.sub("#", text)

"""What can go wrong on the other side of a call, other than a wrong number."""

from __future__ import annotations

KINDS: dict[str, str] = {
    "not_implemented": "the name is missing, or raises NotImplementedError, or returns nothing",
    "error": "the implementation raised an exception, or gave back something unusable",
    "shape": "an array came back with a shape that cannot be read as the one asked for",
    "timeout": "no answer before the deadline",
    "died": "the process ended, or broke the protocol",
    "absent": "a framework or device is not there; this is nobody's fault",
}


class Fault(Exception):
    """A call that gave no numbers to compare.

    Attributes:
        kind: one of KINDS.
        detail: lines from the other side (an exception's name, text and place), maybe empty.
            They are a stranger's words: escape them before printing.
    """

    def __init__(self, kind: str, message: str, detail: str = "") -> None:
        """Make a fault of a known kind."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; allowed: {sorted(KINDS)}")
        super().__init__(message)
        self.kind = kind
        self.detail = detail

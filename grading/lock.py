"""A lock that the system takes back when its holder ends, however it ends."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from rnncheck.grading.errors import UsageError


class Lock:
    """Held from the start until `release`."""

    def __init__(self, file: Path, refusal: str) -> None:
        """Take it.

        Raises:
            UsageError: another process holds it (`refusal`), or the file cannot be made.
        """
        try:
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}") from error
        try:
            _take(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise UsageError(f"{refusal}; wait for it, or give another folder") from error

    def release(self) -> None:
        """Give it back."""
        os.close(self._descriptor)


def _take(descriptor: int) -> None:
    if os.name == "nt":
        windows = importlib.import_module("msvcrt")
        windows.locking(descriptor, windows.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

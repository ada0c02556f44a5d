"""Loads a stranger's source text, keeps it quiet, and says in few words how it failed."""

from __future__ import annotations

import importlib.abc
import io
import linecache
import re
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rnncheck.protocol.faults import Fault
from rnncheck.worker.lenient import run_leniently
from rnncheck.worker.reasons import is_stub, reason_of

MOST_DETAIL = 2000
_MOST_FRAMES = 8
_MOST_WARNINGS = 5


class Counter(io.TextIOBase):
    """A text stream that keeps nothing but the number of characters."""

    count = 0

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, text: str, /) -> int:
        """Count the text."""
        self.count += len(text)
        return len(text)


class Seen:
    """What was noticed beside the result: characters printed and the first warnings."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self.stream = Counter()
        self.warnings: list[str] = []

    def show(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Take a warning in the place of warnings.showwarning."""
        if len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(f"{category.__name__}: {message}"[:200])

    def facts(self) -> dict[str, Any]:
        """Return "prints" and "warnings", each only where there are any."""
        found = {"prints": self.stream.count, "warnings": self.warnings}
        return {name: value for name, value in found.items() if value}


@contextmanager
def watched() -> Iterator[Seen]:
    """Count what is printed and record warnings, which are never raised."""
    seen = Seen()
    sys.stdout = sys.stderr = seen.stream
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = seen.show
        yield seen


class _Text(importlib.abc.InspectLoader):
    """Gives the text of a module without a file, for inspect, torch.jit and AutoGraph."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, fullname: str) -> str:
        return self._text


def load_source(
    source: bytes, filename: str, *, lenient: bool = False, python2: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """Run the text as a module of its own; return its names, and notes of what was left behind.

    Args:
        source: the bytes of the file.
        filename: its name in messages.
        lenient: go on after a statement that fails, and stand in for modules that are not there.
        python2: let / between whole numbers give a whole number; only where lenient.

    Raises:
        Fault: error, the bytes are not UTF-8.
        BaseException: whatever the text raises.
    """
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{filename} is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise Fault("error", message) from error
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    stem = re.sub(r"\W", "_", filename.removesuffix(".py"))
    module = types.ModuleType(f"submission_{stem}")
    module.__file__ = filename
    module.__loader__ = _Text(text)
    sys.modules[module.__name__] = module
    if lenient:
        return module.__dict__, run_leniently(text, filename, module, python2=python2)
    exec(compile(text, filename, "exec", dont_inherit=True), module.__dict__)
    return module.__dict__, []


def fault_of(error: BaseException, filename: str) -> Fault:
    """Return the fault that an exception of the stranger's code amounts to."""
    kind = type(error).__name__[:80]
    if isinstance(error, NotImplementedError):
        return Fault("not_implemented", f"{filename} raises {kind}", _trimmed(error, filename))
    if isinstance(error, MemoryError):
        return Fault("error", f"{filename} ran out of memory", _trimmed(error, filename))
    if isinstance(error, SyntaxError) and error.filename == filename:
        line = f"line {error.lineno}: " if error.lineno else ""
        message = f"{filename} is not Python that can be read: {line}{error.msg}"
        return Fault("error", message, _trimmed(error, filename))
    if is_stub(error, filename):
        message = f"{filename} raises {kind} where its code is to be written"
        return Fault("not_implemented", message, _trimmed(error, filename))
    reason = reason_of(error)
    if reason:
        message = f"{filename} {reason} ({kind})"
        return Fault("error", message, _trimmed(error, filename))
    return Fault("error", f"{filename} raised {kind}", _trimmed(error, filename))


def _trimmed(error: BaseException, filename: str) -> str:
    places = [
        f"line {line}, in {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == filename
    ]
    if isinstance(error, SyntaxError) and error.filename == filename and error.lineno:
        places.append(f"line {error.lineno}")
    more = len(places) - _MOST_FRAMES
    if more > 0:
        places = [*places[:1], f"({more} calls more)", *places[1 - _MOST_FRAMES :]]
    last = f"{places.pop()}: " if places else ""
    return "\n".join([*places, last + _text(error)])[:MOST_DETAIL]


def _text(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:  # the stranger's own __str__
        text = "(its text cannot be shown)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

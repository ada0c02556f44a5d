"""Calls a stranger's function or class, and says how it is called where it cannot be."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rnncheck.protocol.faults import Fault


@contextmanager
def called(
    function: Callable[..., Any], how: str, *args: object, **words: object
) -> Iterator[None]:
    """Turn a TypeError inside into a sentence, where a function cannot take these arguments.

    Args:
        function: what a stranger wrote.
        how: the call in words, e.g. "forward(params, x, state)".
        args: the arguments of the call.
        words: its keyword arguments.

    Raises:
        Fault: "error": the function has another signature.
    """
    try:
        yield
    except TypeError as error:
        misfit = _misfit(function, *args, **words)
        if not misfit:
            raise
        raise Fault("error", f"{misfit}; it is called as {how}") from error


def construct(kind: Callable[..., Any], *sizes: int, **options: object) -> Any:
    """Return what a class makes of its arguments.

    Raises:
        Fault: "error": its constructor has another signature.
    """
    given = ", ".join([*map(str, sizes), *(f"{k}={v!r}" for k, v in options.items())])
    with called(kind, f"{_name(kind)}({given})", *sizes, **options):
        return kind(*sizes, **options)


def _misfit(function: Callable[..., Any], *args: object, **words: object) -> str:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*args, **words)
    except TypeError as error:
        return f"{_name(function)}{signature} does not fit: {error}"
    return ""


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", type(function).__name__))

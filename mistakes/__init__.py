"""The catalogue of wrong implementations, as variations of the reference."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import Any

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.base_operation import OperationMistake


@functools.cache
def mistakes() -> dict[str, Mistake]:
    """Return every mistake in networks by its id, found by listing the folder."""
    return _listed("MISTAKES")


@functools.cache
def operation_mistakes() -> dict[str, OperationMistake]:
    """Return every mistake in operations by its id, found by listing the folder."""
    return _listed("OPERATION_MISTAKES")


def _listed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(__path__):
        for mistake in getattr(importlib.import_module(f"{__name__}.{module.name}"), name, ()):
            if mistake.id in found:
                raise ValueError(f"two mistakes are called {mistake.id!r}")
            found[mistake.id] = mistake
    return found

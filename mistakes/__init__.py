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


@functools.cache
def every_mistake() -> dict[str, Mistake | OperationMistake]:
    """Return all of both kinds by their ids.

    Raises:
        ValueError: two have one id.
    """
    found = mistakes().keys() & operation_mistakes().keys()
    if found:
        raise ValueError(f"mistakes of both kinds are called {', '.join(sorted(found))}")
    return {**mistakes(), **operation_mistakes()}


def _listed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(__path__):
        for mistake in getattr(importlib.import_module(f"{__name__}.{module.name}"), name, ()):
            if mistake.id in found:
                raise ValueError(f"two mistakes are called {mistake.id!r}")
            found[mistake.id] = mistake
    return found

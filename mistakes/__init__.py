"""The catalogue of wrong implementations, as variations of the reference."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from rnncheck.mistakes.base import Mistake


@functools.cache
def mistakes() -> dict[str, Mistake]:
    """Return every mistake by its id, found by listing the folder."""
    found: dict[str, Mistake] = {}
    for module in pkgutil.iter_modules(__path__):
        for mistake in getattr(
            importlib.import_module(f"{__name__}.{module.name}"), "MISTAKES", ()
        ):
            if mistake.id in found:
                raise ValueError(f"two mistakes are called {mistake.id!r}")
            found[mistake.id] = mistake
    return found

"""One file for each way that an implementation can look, found by listing the folder.

A file whose name begins with "base" is no adapter: it holds what several adapters share.
"""

from __future__ import annotations

import importlib
import pkgutil

from rnncheck.adapters.base import Adapter


def names() -> list[str]:
    """Return the names of all adapters, sorted."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("base"))


def load(name: str) -> Adapter:
    """Return the adapter of that name.

    Raises:
        ValueError: there is no such adapter; the message lists those that are.
    """
    if name not in names():
        raise ValueError(f"no adapter is called {name!r}; there are: {', '.join(names())}")
    adapter = importlib.import_module(f"rnncheck.adapters.{name}").ADAPTER
    assert isinstance(adapter, Adapter)
    return adapter

"""One file for each way that an implementation can look, found by listing the folder.

A file whose name begins with "base" is no adapter: it holds what several adapters share.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_operations import OperationAdapter

_OPERATIONS = "_operations"


def names() -> list[str]:
    """Return the names of all adapters of networks, sorted."""
    return [name for name in _files() if not name.endswith(_OPERATIONS)]


def operation_names() -> list[str]:
    """Return the names of all adapters of operations, sorted: their files end in _operations."""
    return [name for name in _files() if name.endswith(_OPERATIONS)]


@functools.cache
def _files() -> tuple[str, ...]:
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if not name.startswith("base")))


def load(name: str) -> Adapter:
    """Return the adapter of networks of that name.

    Raises:
        ValueError: there is no such adapter; the message lists those that are.
    """
    adapter = find(name)
    if not isinstance(adapter, Adapter):
        raise ValueError(f"{name!r} is an adapter of operations; of networks: {', '.join(names())}")
    return adapter


def find(name: str) -> Adapter | OperationAdapter:
    """Return the adapter of that name, of networks or of operations.

    Raises:
        ValueError: there is no such adapter; the message lists those that are.
    """
    if name not in _files():
        raise ValueError(f"no adapter is called {name!r}; there are: {', '.join(_files())}")
    adapter = importlib.import_module(f"rnncheck.adapters.{name}").ADAPTER
    assert isinstance(adapter, Adapter | OperationAdapter)
    return adapter


def load_operations(name: str) -> OperationAdapter:
    """Return the adapter of operations of that name.

    Raises:
        ValueError: there is no such adapter; the message lists those that are.
    """
    adapter = find(name)
    if not isinstance(adapter, OperationAdapter):
        listed = ", ".join(operation_names())
        raise ValueError(f"{name!r} is an adapter of networks; of operations: {listed}")
    return adapter

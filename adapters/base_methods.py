"""Functions of a homework that a file writes as methods of a class."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from rnncheck.adapters.base_answers import spelled, there


def lift(namespace: Mapping[str, Any], names: Collection[str]) -> None:
    """Make the methods of a class functions of the module, where it lacks functions of such names.

    A class that has one of these names as a method gives all of its methods, bound to one object.
    They call the module's functions from then on, so that right steps in the place of those are
    seen by methods of the same object.
    """
    module = cast(dict[str, Any], namespace)
    for name in names:
        if there(module, name) or spelled(module, name):
            continue
        found = [k for k in module.values() if _owns(k, name, str(module.get("__name__")))]
        if len(found) == 1:
            _lift(module, found[0])


def _owns(kind: object, name: str, module: str) -> bool:
    return isinstance(kind, type) and kind.__module__ == module and name in vars(kind)


def _lift(module: dict[str, Any], kind: type) -> None:
    try:
        made = kind()
    except Exception:  # a stranger's constructor, which may want anything
        made = object.__new__(kind)
    for name in [name for name in vars(kind) if not name.startswith("_")]:
        if callable(getattr(made, name, None)) and not there(module, name):
            module[name] = getattr(made, name)
            setattr(kind, name, _call_of(module, name))


def _call_of(module: dict[str, Any], name: str) -> Any:
    def call(*args: Any, **words: Any) -> Any:
        return module[name](*args, **words)

    return staticmethod(call)

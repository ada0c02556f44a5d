"""Stand-ins for modules that a submission imports and that are not there.

A missing module that the judged function never uses costs nothing: its names raise only when they
are used. A few plain helpers that courses keep in files beside the homework are really there (see
helpers); none of them is a recurrent cell.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from rnncheck.adapters.base_keras_old import names_of
from rnncheck.worker.helpers import OLD_BUILTINS, OLD_LISTS, OLD_MODULES, helpers_of


class Absent:
    """A name of a module that is not there: it may be imported, inherited from, and not used."""

    __rnncheck_absent__ = True

    def __init__(self, name: str) -> None:
        """Stand for a dotted name."""
        self.__dict__["_name"] = name

    def _refuse(self, *args: object, **words: object) -> NoReturn:
        root = self._name.partition(".")[0]
        raise ImportError(f"{self._name} is used, and {root} is not there where this is judged")

    def __getattr__(self, name: str) -> Any:
        """Return a name of what is not there either."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """Let classes inherit from it: they inherit nothing."""
        return ()

    __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __enter__ = __setattr__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = _refuse
    __rmatmul__ = __truediv__ = __rtruediv__ = __neg__ = __bool__ = _refuse


class StandIn(types.ModuleType):
    """A module that is not there: plain helpers by their names, and Absent for anything else."""

    def __init__(self, name: str, known: Mapping[str, Any] | None = None) -> None:
        """Stand for a module."""
        super().__init__(name)
        self.__dict__.update(helpers_of(name) if known is None else known)
        if name == "d2l":
            self.torch = StandIn("d2l.torch")
        self.__dict__["__path__"] = []
        self.__all__ = [n for n in self.__dict__ if not n.startswith("_")]

    def __getattr__(self, name: str) -> Any:
        """Return a part of it, which is not there either."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self.__name__}.{name}")


def builtins_of(*, python2: bool = False, columns: bool = False) -> dict[str, Any]:
    """Return the built-in names for a submission: an import that copes, and Python 2's names.

    In Python 2 range, map, filter and zip gave lists. `columns` is as in helpers_of.
    """
    lists = OLD_LISTS if python2 else {}
    cope = functools.partial(import_or_stand_in, columns=columns)
    return {**vars(builtins), **OLD_BUILTINS, **lists, "__import__": cope}


def import_or_stand_in(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
    *,
    columns: bool = False,
) -> types.ModuleType:
    """Import a module as `__import__` does; one that is not there is stood in for."""
    if level:
        name = name or "the package of this file"
        return StandIn(name, helpers_of(name, columns=columns))
    old = OLD_MODULES.get(name)
    if fromlist and name.startswith("tensorflow.python.keras"):
        return StandIn(name, names_of(name))  # classes of another Keras
    try:
        module = builtins.__import__(old or name, globals, locals, fromlist or (), 0)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if not (name == missing or name.startswith(missing + ".")):
            raise
        known = names_of(name) or helpers_of(name, columns=columns)
        return StandIn(name, known) if fromlist else _root(name, known)
    lacking = [n for n in fromlist or () if n != "*" and not _has(module, n)]
    if not lacking:
        return module
    more = {n: helpers_of(name).get(n, Absent(f"{name}.{n}")) for n in lacking}
    return StandIn(name, {**vars(module), **more})


def _root(name: str, known: Mapping[str, Any]) -> types.ModuleType:
    """Return what `import a.b.c` binds: the module a, which may be there without b."""
    root = name.partition(".")[0]
    return sys.modules.get(root) or StandIn(root, known if root == name else None)


def _has(module: types.ModuleType, name: str) -> bool:
    if hasattr(module, name):
        return True
    try:
        importlib.import_module(f"{module.__name__}.{name}")
    except ImportError:
        return False
    return True

"""A TOML table that knows where it is, so that an error names the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from rnncheck.grading.errors import UsageError

T = TypeVar("T")


class Table:
    """A table of a TOML file; every method raises UsageError where it is not as asked for."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        """Hold the table's values and its place, "<file> [<table>]"."""
        self.data = data
        self.where = where

    def error(self, message: str) -> UsageError:
        """Return an error that names the place."""
        return UsageError(f"{self.where}: {message}")

    def only(self, allowed: Sequence[str]) -> None:
        """Refuse keys that are not listed."""
        unknown = sorted(set(self.data) - set(allowed))
        if unknown:
            raise self.error(f"unknown keys {unknown}; allowed: {sorted(allowed)}")

    def get(self, key: str, kind: type[T]) -> T:
        """Return a value that must be there and of this type."""
        if key not in self.data:
            raise self.error(f"{key!r} is missing")
        value = self.data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.error(f"{key!r} is {value!r}; it must be a {kind.__name__}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        values = self.get(key, list)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"{key!r} is {values!r}; it must be a list of strings")
        return tuple(values)

    def table(self, key: str) -> Table:
        """Return a table in this one."""
        return Table(self.get(key, dict), f"{self.where} [{key}]")

    def numbers(self, allowed: Sequence[str], zero: bool = False) -> dict[str, Any]:
        """Return all values; each must be a listed key with a number above 0, or 0 if allowed."""
        self.only(allowed)
        for key, value in self.data.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not (value > 0 or (zero and value == 0)):
                least = "of at least 0" if zero else "above 0"
                raise self.error(f"{key!r} is {value!r}; it must be a number {least}")
        return dict(self.data)

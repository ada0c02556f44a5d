"""What an operation is: its arguments, results, options, and what is differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = ("float", "int", "index", "length", "mask", "size")


@dataclass(frozen=True)
class Argument:
    """An argument.

    Attributes:
        name: dotted names with the same beginning are handed over together, as one mapping.
        axes: a letter for each axis, e.g. "TBO"; "" for a scalar.
        kind: "float"; "int", a scalar; "index", from 0 to below what the letter `below` stands
            for; "length", from 1 to that; "mask", bool; "size", a scalar that is what the letter
            `below` stands for.
        below: a letter, see kind.
        bound: of a float array, the largest magnitude that is drawn.
        least: of a float array, the smallest value that is drawn; None for minus the bound.
        usual: of a scalar, its value where a case gives no other.
    """

    name: str
    axes: str = ""
    kind: str = "float"
    below: str = ""
    bound: float = 2.0
    least: float | None = None
    usual: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a kind that is not listed."""
        if self.kind not in KINDS:
            raise ValueError(f"kind of {self.name} is {self.kind!r}; allowed: {', '.join(KINDS)}")


@dataclass(frozen=True)
class Result:
    """A result; kind is "float" or "int"."""

    name: str
    axes: str = ""
    kind: str = "float"


@dataclass(frozen=True)
class Operation:
    """A pure function of named arrays.

    Attributes:
        what: what it computes, as a clause.
        arguments: in the order in which a function takes them.
        results: in the order in which a function gives them.
        differentiated: the arguments whose gradients are asked for; () for none.
        options: the values allowed for each option, the default first.
    """

    what: str
    arguments: tuple[Argument, ...]
    results: tuple[Result, ...]
    differentiated: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

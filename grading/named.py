"""How diagnoses of known mistakes ended, counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """How the diagnoses of one mistake ended.

    Attributes:
        mistake: its id.
        cases: pairs that it fails with wrong numbers, of which the numbers say which it is.
        right: those for which it was named, or one with equal numbers on all cases.
        others: what was named in its place.
    """

    mistake: str
    cases: int
    right: int
    others: tuple[str, ...]


def share(found: Sequence[Named]) -> float:
    """Return the part of all cases in which the right one was named."""
    cases = sum(one.cases for one in found)
    return sum(one.right for one in found) / cases if cases else 1.0


HEAD = """# How often a mistake is named

Written by `rnncheck mistakes diagnosed --markdown docs/diagnosis.md`. Every mistake of the catalogue that a contract in
NumPy leaves room for takes the place of a submission. Each (check, case) of the practice bank, of operations each of the
checks, that it fails with wrong numbers is diagnosed for itself: what was found for another pair does not help. "Named"
counts those for which the answer is that mistake, or one whose numbers are equal on every case of the contract. Failures of
shape, and those in which the calls that a diagnosis sees are right, have nothing to be told by and are left out.

| contract | mistakes | failing cases | named | else |
|---|---|---|---|---|
"""


def table(found: Mapping[str, Sequence[Named]]) -> str:
    """Return the figures of some contracts as Markdown."""
    every = [one for named in found.values() for one in named]
    return HEAD + "".join(map(_row, [*found, "all"], [*found.values(), every]))


def _row(name: str, named: Sequence[Named]) -> str:
    cases = sum(one.cases for one in named)
    missed = [one for one in named if one.right < one.cases] if name != "all" else []
    others = "; ".join(f"`{m.mistake}` {m.right}/{m.cases}: {', '.join(m.others)}" for m in missed)
    return f"| {name} | {len(named)} | {cases} | {share(named):.1%} | {others} |\n"


def line(name: str, named: Sequence[Named]) -> str:
    """Return the figures of a contract as a sentence, a line for each mistake that was missed."""
    cases = sum(one.cases for one in named)
    lines = [f"{name}: {len(named)} mistakes, {cases} failing cases, {share(named):.1%} named"]
    for one in named:
        if one.right < one.cases:
            others = ", ".join(one.others)
            lines.append(f"  {one.mistake}: {one.right} of {one.cases}; else {others}")
    return "\n".join(lines)

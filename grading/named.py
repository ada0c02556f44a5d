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


DTYPES = ("float64", "float32")

HEAD = """# How often a mistake is named

Written by `rnncheck mistakes diagnosed --markdown docs/diagnosis.md`. Every mistake of the catalogue that a contract leaves
room for takes the place of a submission: its parameters and all that it answers go through the layout of the contract's
framework and back, and it computes in float64 and again in float32, as files do that cast what they are handed. Each (check,
case) of the practice bank, of operations each of the checks, that it fails with wrong numbers is diagnosed as `rnncheck
grade` does, but for itself: what was found for another pair does not help. "Named" counts those for which the answer is that
mistake, or one whose numbers are equal on every case of the contract; at least 95 % is asked of each mistake, "else" lists
those that are missed at all. Failures of shape, and those in which the calls that a diagnosis sees are right, have nothing to
be told by and are left out. A network that draws its masks itself (lstm-dropout in PyTorch) has no bank.

| contract | mistakes | failing cases | named | in float32: failing cases | named | else |
|---|---|---|---|---|---|---|
"""

ByDtype = Mapping[str, Sequence[Named]]


def table(found: Mapping[str, ByDtype]) -> str:
    """Return the figures of some contracts as Markdown.

    Args:
        found: by contract and by dtype of DTYPES how its mistakes were named.
    """
    every = {d: [one for named in found.values() for one in named.get(d, ())] for d in DTYPES}
    return HEAD + "".join(map(_row, [*found, "all"], [*found.values(), every]))


def _row(name: str, found: ByDtype) -> str:
    cells = [name, str(max((len(found.get(d, ())) for d in DTYPES), default=0))]
    for dtype in DTYPES:
        named = found.get(dtype, ())
        cases = sum(one.cases for one in named)
        cells += [str(cases), f"{share(named):.1%}"] if dtype in found else ["", ""]
    missed = [] if name == "all" else [_missed(d, m) for d in found for m in _short(found[d])]
    return f"| {' | '.join([*cells, '; '.join(missed)])} |\n"


def _short(named: Sequence[Named]) -> list[Named]:
    return [one for one in named if one.right < one.cases]


def _missed(dtype: str, one: Named) -> str:
    word = " in float32" if dtype == "float32" else ""
    return f"`{one.mistake}`{word} {one.right}/{one.cases}: {', '.join(one.others)}"


def line(name: str, dtype: str, named: Sequence[Named]) -> str:
    """Return the figures of a contract as a sentence, a line for each mistake that was missed."""
    cases = sum(one.cases for one in named)
    where = f"{name} in {dtype}"
    lines = [f"{where}: {len(named)} mistakes, {cases} failing cases, {share(named):.1%} named"]
    for one in _short(named):
        others = ", ".join(one.others)
        lines.append(f"  {one.mistake}: {one.right} of {one.cases}; else {others}")
    return "\n".join(lines)

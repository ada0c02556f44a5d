"""From checks to a mark: points by family, shared evenly by the checks of it that apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from rnncheck.grading.assignment import Assignment
from rnncheck.suites.driver import Pair


class Scored(Protocol):
    """A check with what it is worth and what it earned."""

    @property
    def worth(self) -> float:
        """The points that it is worth."""
        ...

    @property
    def points(self) -> float:
        """The points that it earned."""
        ...


def points_of(assignment: Assignment, pairs: Iterable[Pair]) -> dict[str, float]:
    """Return what each check is worth; one not claimed, or named as advice, is worth nothing."""
    pairs, points = list(pairs), assignment.points
    counts = [check for check, cases in pairs if cases and check.name not in points]
    sharing = Counter(check.family for check in counts)
    worth = {check.name: points.get(check.family, 0.0) / sharing[check.family] for check in counts}
    return {check.name: worth.get(check.name, 0.0) for check, _ in pairs}


def mark(scored: Sequence[Scored]) -> float:
    """Return the mark: points earned as a share of the points that were to be had, in percent."""
    worth = sum(item.worth for item in scored)
    return round(100.0 * sum(item.points for item in scored) / worth, 2) if worth else 0.0

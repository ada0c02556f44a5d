"""Judges many submissions, one after the other; what happens to one changes no other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rnncheck.grading.collect import Item
from rnncheck.grading.judge import Report, judge

TRIES = 64  # a diagnosis is not to hold up a batch; `rnncheck check` looks further


@dataclass(frozen=True)
class Graded:
    """What became of one submission of a batch.

    Attributes:
        item: the submission.
        report: None where there is none, by `status`.
        error: what went wrong in rnncheck itself, or "".
        seconds: how long it took.
    """

    item: Item
    report: Report | None = None
    error: str = ""
    seconds: float = 0.0

    @property
    def status(self) -> str:
        """One of "judged", "absent", "no assignment", "could not be judged"."""
        if self.report is not None:
            return "absent" if self.report.absent else "judged"
        return "could not be judged" if self.error else "no assignment"

    @property
    def mark(self) -> float | None:
        """The mark in percent; None where it was not judged."""
        return None if self.report is None else self.report.mark

    @property
    def assignment(self) -> str:
        """The assignment's name, or ""."""
        return self.item.assignment.name if self.item.assignment else ""


def grade_all(items: Iterable[Item], device: str = "cpu") -> Iterator[Graded]:
    """Yield what became of each submission, in order; each runs in a process of its own."""
    for item in items:
        start = time.monotonic()
        report, error = _judge(item, device)
        yield Graded(item, report, error, time.monotonic() - start)


def _judge(item: Item, device: str) -> tuple[Report | None, str]:
    if item.assignment is None or item.contract is None:
        return None, ""
    try:
        report = judge(item.submission, item.assignment, item.contract, device=device, tries=TRIES)
        return report, ""
    except Exception as error:  # a fault of rnncheck's own: it must not cost the others' marks
        return None, f"could not be judged: {type(error).__name__}: {error}"

"""What became of a submission: its checks, each with its points."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnncheck.grading.diagnose import Diagnosis
from rnncheck.grading.marks import mark
from rnncheck.suites.driver import Outcome


@dataclass(frozen=True)
class Judged:
    """One check of one submission.

    Attributes:
        outcome: how it ended.
        worth: the points that it is worth.
        diagnosis: the likely mistake of a failure, where one was looked for.
        hidden: whether a student is told only how it ended.
        part: the part of the homework that it is a check of, or "".
        follows: the check that is charged for the fault of which this one fails too, or "".
        explained: whether every case of it passes where the diagnosed mistake is taken for right;
            looked for where something could follow from that.
        edge: whether it fails only where the forward pass is wrong too, at one row, step or unit.
    """

    outcome: Outcome
    worth: float
    diagnosis: Diagnosis | None = None
    hidden: bool = False
    part: str = ""
    follows: str = ""
    explained: bool = False
    edge: bool = False

    @property
    def name(self) -> str:
        """The check's name, behind that of its part."""
        return f"{self.part}.{self.outcome.check}" if self.part else self.outcome.check

    @property
    def points(self) -> float:
        """The points that it earned."""
        return self.worth if self.outcome.status == "passed" or self.follows else 0.0


@dataclass(frozen=True)
class Report:
    """What became of one submission.

    Attributes:
        file: its path as given.
        assignment, framework: what it was judged as.
        judged: every check of the plan.
        absent: why it could not be judged here (a framework that is not installed), or "".
        fault: a sentence about the file itself, where it could not be loaded.
        detail: further lines of a stranger's text.
        snippet: a script that shows the first wrong number without rnncheck, or "".
        notes: remarks that cost nothing.
        tier: how well the worker was shut in, a name of worker.tiers.TIERS; "" if none started.
        isolation: by what it was, a key of worker.tiers.ISOLATION; "" if none started.
    """

    file: str
    assignment: str
    framework: str
    judged: tuple[Judged, ...]
    absent: str = ""
    fault: str = ""
    detail: str = ""
    snippet: str = ""
    notes: tuple[str, ...] = field(default=())
    tier: str = ""
    isolation: str = ""

    @property
    def mark(self) -> float | None:
        """The mark in percent, rounded to two digits; None where it could not be judged."""
        return None if self.absent else mark(self.judged)

    def count(self, status: str) -> int:
        """Return how many checks ended so."""
        return sum(judged.outcome.status == status for judged in self.judged)

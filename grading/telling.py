"""Tells verdicts as they come; checks that end alike are told once, with the names of the rest."""

from __future__ import annotations

from rnncheck.grading.render import alike, verdict
from rnncheck.grading.report import Judged
from rnncheck.suites.sentences import say


class Telling:
    """Prints the verdicts of one submission; call it with each check, and close it."""

    def __init__(self, file: str, assignment: str, *, quiet: bool = False) -> None:
        """Tell nothing yet; `quiet` leaves out what passed."""
        self._file, self._assignment = file, assignment
        self._hidden = ("not claimed", "passed") if quiet else ("not claimed",)
        self._mistakes: set[str] = set()
        self._last: tuple[str, ...] | None = None
        self._rest: list[str] = []

    def __call__(self, judged: Judged) -> None:
        """Tell one check, or keep its name if it ended as the one before it."""
        outcome = judged.outcome
        if outcome.status in self._hidden:
            return
        common = None if judged.hidden else alike(outcome)
        if common is not None and common == self._last:
            self._rest.append(judged.name)
            return
        self.close()
        self._last = common
        print(verdict(judged, self._file, self._assignment, self._mistakes), flush=True)

    def close(self) -> None:
        """Tell the names that were kept."""
        if self._rest:
            names = say("alike", count=len(self._rest), checks=", ".join(self._rest))
            print(f"  {'and':<8} {names}", flush=True)
        self._rest = []

"""A verdict as lines for a person: what, how much, where first, how far off, why, and again how."""

from __future__ import annotations

from rnncheck.grading.detail import place, tidy
from rnncheck.grading.diagnose import Diagnosis
from rnncheck.grading.escape import line, lines
from rnncheck.grading.report import Judged, Report
from rnncheck.grading.rerun import rerun_line
from rnncheck.suites.check import check_named
from rnncheck.suites.driver import STATUSES, Outcome
from rnncheck.suites.sentences import say


def verdict(judged: Judged, file: str, assignment: str, told: set[str] | None = None) -> str:
    """Return one check's verdict: a line where it passed or is hidden, else a block.

    Args:
        judged: the check.
        file: the submission's path.
        assignment: its name or path.
        told: mistakes named before; this one is added, and then named in short. None for a block
            that stands alone, which then says also of which file it is.
    """
    outcome = judged.outcome
    if outcome.status in ("passed", "not claimed"):
        said = list(outcome.notes)
        if outcome.share is not None:
            said.append(say("share", share=f"{outcome.share:.2g}"))
        notes = f"  ({', '.join(said)})" if said else ""
        return f"{outcome.status:<12} {judged.name}{notes}"
    if judged.hidden:
        return f"{outcome.status:<12} {judged.name}: {say('hidden')}"
    head = f"{outcome.status:<12} {judged.name}: {line(_claim(outcome))}"
    rows = [("file", say("file", file=line(file), assignment=assignment))] if told is None else []
    rows += outcome.failure.lines() if outcome.failure else _where(outcome)
    rows += _why(judged, told if told is not None else set())
    if outcome.status == "failed":
        again = rerun_line(file, assignment, judged.name, outcome.case_index)
        rows.append(("rerun", again))
    return "\n".join([head, *(f"  {label:<8} {lines(text)}" for label, text in rows)])


def _claim(outcome: Outcome) -> str:
    return outcome.failure.claim if outcome.failure else outcome.message


def _where(outcome: Outcome) -> list[tuple[str, str]]:
    """Return the lines from the implementation's side, the first with a label."""
    shown = tidy(outcome.detail, brief=outcome.status == "not implemented").splitlines()
    return [("" if number else "where", text) for number, text in enumerate(shown)]


def _why(judged: Judged, told: set[str]) -> list[tuple[str, str]]:
    found = judged.diagnosis
    if found is None:
        return _unexplained(judged.outcome)
    if found.mistake in told:
        return [("mistake", say("as_above", what=found.what))]
    told.add(found.mistake)
    return [("mistake", mistake(found)), ("hint", found.hint)]


def _unexplained(outcome: Outcome) -> list[tuple[str, str]]:
    if outcome.message.endswith("ModuleNotFoundError"):
        return [("hint", say("module"))]
    if outcome.failure is None:
        return []
    known = [("mistake", say("none_known"))] if outcome.failure.wrong else []
    return [*known, ("hint", check_named(outcome.check).hint)]


def mistake(found: Diagnosis) -> str:
    """Return a likely mistake as a clause with what supports it."""
    return say("mistake", what=found.what, digits=found.digits, cases=found.cases)


def alike(outcome: Outcome) -> tuple[str, ...] | None:
    """Return what outcomes have in common that would read the same; None for a comparison."""
    if outcome.failure is not None or outcome.status in ("passed", "not claimed"):
        return None
    return outcome.status, place(outcome.message), place(tidy(outcome.detail, brief=True))


def ledger(report: Report) -> str:
    """Return how many checks ended in which way, and how many were planned."""
    counts = [f"{n} {status}" for status in STATUSES if (n := report.count(status))]
    return f"{', '.join(counts)}; {len(report.judged)} checks in all"

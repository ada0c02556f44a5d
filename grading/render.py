"""A verdict as lines for a person: what, how much, where first, how far off, why, and again how."""

from __future__ import annotations

import shlex

from rnncheck.grading.diagnose import Diagnosis
from rnncheck.grading.escape import line, lines
from rnncheck.grading.judge import Judged, Report
from rnncheck.suites.check import checks
from rnncheck.suites.driver import STATUSES
from rnncheck.suites.sentences import say


def verdict(judged: Judged, file: str, assignment: str, told: set[str] | None = None) -> str:
    """Return one check's verdict: a line where it passed, a block where it did not.

    Args:
        judged: the check.
        file: the submission's path.
        assignment: its name.
        told: mistakes named before; this one is added, and then named in short.
    """
    outcome = judged.outcome
    if outcome.status in ("passed", "not claimed"):
        notes = f"  ({', '.join(outcome.notes)})" if outcome.notes else ""
        return f"{outcome.status:<12} {outcome.check}{notes}"
    claim = outcome.failure.claim if outcome.failure else outcome.message
    head = f"{outcome.status:<12} {outcome.check}: {line(claim)}"
    rows = outcome.failure.lines() if outcome.failure else []
    rows += [("where", text) for text in outcome.detail.splitlines()]
    rows += _why(judged, told if told is not None else set())
    if outcome.status == "failed":
        rows.append(("rerun", _rerun(judged, file, assignment)))
    return "\n".join([head, *(f"  {label:<8} {lines(text)}" for label, text in rows)])


def _why(judged: Judged, told: set[str]) -> list[tuple[str, str]]:
    found = judged.diagnosis
    if found is None:
        hint = checks()[judged.outcome.check].hint
        return [("hint", hint)] if judged.outcome.status == "failed" else []
    if found.mistake in told:
        return [("mistake", f"as above: {found.what}")]
    told.add(found.mistake)
    return [("mistake", mistake(found)), ("hint", found.hint)]


def mistake(found: Diagnosis) -> str:
    """Return a likely mistake as a clause with what supports it."""
    return say("mistake", what=found.what, digits=found.digits, cases=found.cases)


def _rerun(judged: Judged, file: str, assignment: str) -> str:
    words = ["rnncheck", "check", file, "--assignment", assignment, "-k", judged.outcome.check]
    return shlex.join([*words, "--case", str(judged.outcome.case_index)])


def ledger(report: Report) -> str:
    """Return how many checks ended in which way, and how many were planned."""
    counts = [f"{n} {status}" for status in STATUSES if (n := report.count(status))]
    return f"{', '.join(counts)}; {len(report.judged)} checks in all"

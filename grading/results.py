"""What became of a submission as a verdict that JSON holds; a stranger's words are escaped."""

from __future__ import annotations

import math
from typing import Any

from rnncheck.grading.bank_use import described
from rnncheck.grading.collect import Item
from rnncheck.grading.diagnose import Diagnosis
from rnncheck.grading.digest import versions
from rnncheck.grading.escape import line, lines
from rnncheck.grading.report import Judged, Report
from rnncheck.suites.compare import CheckFailure, Place
from rnncheck.suites.driver import STATUSES, Outcome
from rnncheck.suites.sentences import say

FORMAT = 3
Verdict = dict[str, Any]
Result = dict[str, Any]


def verdict_of(item: Item, report: Report | None, device: str, seconds: float) -> Verdict:
    """Return all about a submission but whose it is, and under which name it came.

    All numbers are finite: NaN and infinity are the strings "nan" and "inf". What it holds and
    means is written in results.schema.json.

    Args:
        item: the submission.
        report: None where no assignment was found for it.
        device: "cpu" or "cuda".
        seconds: how long it took.
    """
    problem, check = _first_problem(report) if report else (item.problem, "")
    return {
        "format": FORMAT,
        "assignment": item.assignment.name if item.assignment else "",
        "assignment_sha256": item.assignment.digest if item.assignment else "",
        "framework": item.framework,
        "device": device,
        "mark": report.mark if report else None,
        "status": _status(report),
        "problem": line(problem),
        "problem_check": check,
        "detail": lines(report.detail) if report else "",
        **described(item),
        "tier": report.tier if report else "",
        "isolation": report.isolation if report else "",
        "versions": versions(item),
        "counts": {status: report.count(status) if report else 0 for status in STATUSES},
        "checks": [_check(judged) for judged in report.judged] if report else [],
        "notes": [line(note) for note in report.notes] if report else [],
        "seconds": round(seconds, 3),
    }


def not_graded(assignment: str, framework: str, reason: str) -> Verdict:
    """Return what stands for a verdict where there is none yet; no mark comes of it."""
    nothing: Verdict = {
        "assignment_sha256": "",
        "device": "",
        "mark": None,
        "problem_check": "",
        "detail": "",
        "bank": "practice",
        "bank_digest": "",
        "bank_note": say("practice"),
        "tier": "",
        "isolation": "",
        "versions": {},
        "counts": dict.fromkeys(STATUSES, 0),
        "checks": [],
        "notes": [],
        "seconds": 0.0,
    }
    known = {"format": FORMAT, "assignment": assignment, "framework": framework}
    return {**known, "status": "not graded", "problem": line(reason), **nothing}


def _status(report: Report | None) -> str:
    if report is None:
        return "no assignment"
    return "absent" if report.absent else "judged"


def _first_problem(report: Report) -> tuple[str, str]:
    """Return why a submission has less than full marks, in one unescaped sentence or "".

    And the check that told it, "" for none. One that is not hidden comes before one that is.
    """
    if report.absent or report.fault:
        return report.absent or report.fault, ""
    lost = [judged for judged in report.judged if judged.points < judged.worth]
    if not lost:
        return "", ""
    lost = [judged for judged in lost if not judged.hidden] or lost
    worst = next((judged for judged in lost if judged.diagnosis), lost[0])
    return f"{worst.name}: {_reason(worst)}", worst.name


def _reason(judged: Judged) -> str:
    failure = judged.outcome.failure
    if judged.diagnosis:
        return judged.diagnosis.what
    if failure is None:
        return judged.outcome.message
    place = f" at {failure.first}" if failure.first else ""
    return failure.reason or failure.claim + place


def _check(judged: Judged) -> dict[str, Any]:
    outcome, failure = judged.outcome, judged.outcome.failure
    return {
        "name": judged.name,
        "family": outcome.family,
        "hidden": judged.hidden,
        "status": outcome.status,
        "points": judged.points,
        "worth": judged.worth,
        "case": None if outcome.record is None else outcome.case_index,
        "message": line(failure.claim if failure else outcome.message),
        "place": line(failure.first) if failure and failure.first else None,
        "share": _share(outcome),
        "diagnosis": _diagnosis(judged.diagnosis) if judged.diagnosis else None,
        "follows": judged.follows,
        "evidence": _evidence(failure) if failure else None,
        "detail": lines(outcome.detail),
        "notes": [line(note) for note in outcome.notes],
    }


def _share(outcome: Outcome) -> float | str | None:
    """Return the largest error as a share of its allowance; None where no allowance was needed."""
    return None if outcome.share is None else _number(outcome.share)


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _evidence(failure: CheckFailure) -> dict[str, Any]:
    return {
        "lines": {label: line(text) for label, text in failure.lines()},
        "wrong": failure.wrong,
        "total": failure.total,
        "first": _place(failure.first) if failure.first else None,
        "worst": _place(failure.worst) if failure.worst else None,
        "dtype": failure.dtype,
    }


def _place(place: Place) -> dict[str, Any]:
    numbers = ("got", "expected", "error", "allowed")
    return {
        "tensor": place.tensor,
        "index": dict(place.index),
        **{name: _number(getattr(place, name)) for name in numbers},
    }


def _diagnosis(found: Diagnosis) -> dict[str, Any]:
    return {
        "mistake": found.mistake,
        "what": found.what,
        "hint": found.hint,
        "digits": found.digits,
        "cases": found.cases,
    }

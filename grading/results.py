"""What became of a submission, as JSON and as a row of CSV; a stranger's words are escaped."""

from __future__ import annotations

import hashlib
import math
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from rnncheck.grading.batch import Graded
from rnncheck.grading.diagnose import Diagnosis
from rnncheck.grading.escape import cell, line, lines
from rnncheck.grading.judge import Judged
from rnncheck.suites.compare import CheckFailure, Place
from rnncheck.suites.driver import STATUSES
from rnncheck.suites.sentences import say

FORMAT = 1
BANK = "practice"
COLUMNS: tuple[str, ...] = (
    "file",
    "assignment",
    "framework",
    "mark",
    "status",
    *STATUSES,
    "first problem",
    "bank",
    "result",
    "sha256",
)
_PACKAGES = {
    "torch": ("torch",),
    "keras3": ("keras", "tensorflow"),
    "tf1": ("tensorflow", "tf_keras"),
}


def as_json(graded: Graded) -> dict[str, Any]:
    """Return everything about a submission; all numbers are finite, NaN is the string "nan"."""
    item, report = graded.item, graded.report
    return {
        "format": FORMAT,
        "file": line(item.path),
        "sha256": hashlib.sha256(item.submission.source).hexdigest(),
        "assignment": graded.assignment,
        "framework": item.framework,
        "mark": graded.mark,
        "bank": BANK,
        "bank_note": say("practice"),
        "status": graded.status,
        "problem": line(first_problem(graded)),
        "detail": lines(report.detail) if report else "",
        "counts": _counts(graded),
        "versions": _versions(graded),
        "checks": [_check(judged) for judged in report.judged] if report else [],
        "notes": [line(note) for note in report.notes] if report else [],
        "seconds": round(graded.seconds, 3),
    }


def as_row(graded: Graded, result: str) -> dict[str, str | int]:
    """Return a row of CSV under COLUMNS; `result` is the place of its JSON."""
    return {
        "file": cell(graded.item.path),
        "assignment": cell(graded.assignment),
        "framework": graded.item.framework,
        "mark": "" if graded.mark is None else f"{graded.mark:g}",
        "status": graded.status,
        **_counts(graded),
        "first problem": cell(first_problem(graded)),
        "bank": say("practice"),
        "result": cell(result),
        "sha256": hashlib.sha256(graded.item.submission.source).hexdigest(),
    }


def first_problem(graded: Graded) -> str:
    """Return why a submission has less than full marks, in one sentence, unescaped; or ""."""
    report = graded.report
    if report is None:
        return graded.error or graded.item.problem
    if report.absent or report.fault:
        return report.absent or report.fault
    lost = [judged for judged in report.judged if judged.points < judged.worth]
    if not lost:
        return ""
    worst = next((judged for judged in lost if judged.diagnosis), lost[0])
    return f"{worst.outcome.check}: {_reason(worst)}"


def _reason(judged: Judged) -> str:
    failure = judged.outcome.failure
    if judged.diagnosis:
        return judged.diagnosis.what
    if failure is None:
        return judged.outcome.message
    place = f" at {failure.first}" if failure.first else ""
    return failure.reason or failure.claim + place


def _counts(graded: Graded) -> dict[str, int]:
    return {status: graded.report.count(status) if graded.report else 0 for status in STATUSES}


def _versions(graded: Graded) -> dict[str, str]:
    world = graded.item.contract.world if graded.item.contract and graded.item.framework else ""
    found = {"python": platform.python_version(), "numpy": np.__version__}
    for package in ("rnncheck", *_PACKAGES.get(world, ())):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _check(judged: Judged) -> dict[str, Any]:
    outcome = judged.outcome
    return {
        "name": outcome.check,
        "family": outcome.family,
        "status": outcome.status,
        "points": judged.points,
        "worth": judged.worth,
        "case": None if outcome.record is None else outcome.case_index,
        "message": line(outcome.message),
        "detail": lines(outcome.detail),
        "failure": _failure(outcome.failure) if outcome.failure else None,
        "diagnosis": _diagnosis(judged.diagnosis) if judged.diagnosis else None,
        "notes": [line(note) for note in outcome.notes],
    }


def _failure(failure: CheckFailure) -> dict[str, Any]:
    return {
        "claim": line(failure.claim),
        "lines": {label: line(text) for label, text in failure.lines()},
        "wrong": failure.wrong,
        "total": failure.total,
        "first": _place(failure.first) if failure.first else None,
        "worst": _place(failure.worst) if failure.worst else None,
        "dtype": failure.dtype,
    }


def _place(place: Place) -> dict[str, Any]:
    numbers = {name: getattr(place, name) for name in ("got", "expected", "error", "allowed")}
    return {
        "tensor": place.tensor,
        "index": dict(place.index),
        **{name: value if math.isfinite(value) else str(value) for name, value in numbers.items()},
    }


def _diagnosis(found: Diagnosis) -> dict[str, Any]:
    return {
        "mistake": found.mistake,
        "what": found.what,
        "hint": found.hint,
        "digits": found.digits,
        "cases": found.cases,
    }

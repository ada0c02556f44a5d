"""Judges a file of the repository as the command `grade` does, or skips with the reason."""

from dataclasses import replace
from pathlib import Path

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.judge import judge
from rnncheck.grading.report import Report

CALL_SECONDS = {"numpy": 2.0}  # of a loop without end; other frameworks keep the assignment's limit


def home(world: str) -> pytest.MarkDecorator:
    """Mark a test that only the tox environment of a world needs to run."""
    marker: pytest.MarkDecorator = getattr(pytest.mark, f"home_{world}")
    return marker


def world_of(path: Path, assignment_name: str) -> str:
    """Return the world in which a file is judged."""
    return find_contract(load(assignment_name), read_submission(path)).world


def judged(path: Path, assignment_name: str) -> Report:
    """Judge a file in a worker; skip the test where its framework is not installed."""
    assignment, submission = load(assignment_name), read_submission(path)
    contract = find_contract(assignment, submission)
    seconds = CALL_SECONDS.get(contract.world, assignment.limits.call_seconds)
    limits = replace(assignment.limits, call_seconds=seconds)
    report = judge(submission, replace(assignment, limits=limits), contract, with_diagnosis=False)
    if report.absent:
        pytest.skip(report.absent)
    return report


def lost(report: Report) -> list[tuple[str, str, str]]:
    """Return the checks that cost marks, each with its status and the reason."""
    outcomes = [judged.outcome for judged in report.judged if judged.points < judged.worth]
    return [(o.check, o.status, o.message or str(o.failure)) for o in outcomes]

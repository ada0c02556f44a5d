"""Every reference solution gets 100 %, and every starter 0 %."""

from pathlib import Path

import pytest

from rnncheck.grading.assignment import load, names
from tests.judging import home, judged, lost

SOLUTIONS = Path(__file__).parent / "solutions"
SOLVED = [
    pytest.param(name, framework, marks=home(contract.world))
    for name in names()
    for framework, contract in load(name).contracts.items()
]
STARTED = [
    pytest.param(name, framework, marks=home(load(name).contracts[framework].world))
    for name in names()
    for framework in load(name).starters()
]


@pytest.mark.parametrize(("name", "framework"), SOLVED)
def test_solution_gets_full_marks(name: str, framework: str) -> None:
    """Each contract can be met, and there is a solution of each."""
    report = judged(SOLUTIONS / name / f"{framework}.py", name)
    assert report.framework == framework
    assert report.mark == 100, lost(report)


@pytest.mark.parametrize(("name", "framework"), STARTED)
def test_starter_gets_nothing(name: str, framework: str) -> None:
    """Handing in the starter earns no marks; each check that counts is not implemented."""
    report = judged(load(name).starters()[framework], name)
    assert report.framework == framework
    assert report.mark == 0
    assert {judged.outcome.status for judged in report.judged if judged.worth} == {
        "not implemented"
    }

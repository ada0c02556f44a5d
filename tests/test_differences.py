"""Gradients by differences in place of BPTT: right numbers, but not in the time of one pass back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.by_differences import settled
from rnncheck.grading.judge import judge
from rnncheck.grading.report import Report
from rnncheck.grading.submission import submission_of
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import make_case
from rnncheck.suites.check_gradient_time import CHECK, SECONDS
from rnncheck.suites.driver import Outcome, run_pair
from rnncheck.worker.servers import Servers
from tests.attacking import BACKWARD, Arena
from tests.judging import home

pytestmark = home("numpy")
GRADIENTS = {
    "gradient_differences",
    "gradient_linear",
    "gradient_long",
    "gradient_reference",
    "gradient_split",
}


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Give a fork server."""
    with Servers() as found:
        yield found


@pytest.fixture
def differences(tmp_path: Path) -> str:
    """Return an answer that has no backward pass."""
    with Arena(tmp_path / "judge") as arena:
        return arena.source("differences_for_gradients").decode()


def judged(servers: Servers, source: str) -> Report:
    """Judge a file by the checks of gradients, and the one of shapes."""
    asked = load("elman-backward")
    submission = submission_of(Path("mine.py"), source.encode())
    only = ["gradient"]
    return judge(submission, asked, asked.contracts["numpy"], only=only, servers=servers)


def test_differences_earn_no_gradient(servers: Servers, differences: str) -> None:
    """They are told so once, and no check of a gradient's numbers has passed."""
    report = judged(servers, differences)
    ended = {j.outcome.check: j.outcome for j in report.judged}
    assert {ended[name].status for name in (*GRADIENTS, CHECK.name)} == {"timeout"}
    assert ended["shape_gradient"].status == "passed"
    assert f"no gradients of 6272 parameters within {SECONDS:g} s" in ended[CHECK.name].message
    assert "see gradient_time" in ended["gradient_reference"].message
    earned = sum(j.points for j in report.judged if j.outcome.family == "gradient")
    assert earned == 0


def test_one_pass_back_is_in_time(servers: Servers) -> None:
    """The reference solution passes with the same limit."""
    assert judged(servers, BACKWARD).mark == 100


def test_a_machine_may_stand_still_once() -> None:
    """What is in time when it is asked again has passed, and so have the others."""
    late = Outcome(CHECK.name, "gradient", "timeout")
    others = [Outcome(name, "gradient", "passed") for name in sorted(GRADIENTS)]
    planned = [*GRADIENTS, CHECK.name]
    found = list(settled([*others, late], lambda o: replace(o, status="passed"), planned))
    assert [(o.check, o.status) for o in found] == [(n, "passed") for n in sorted(planned)]
    found = list(settled([*others, late], lambda o: o, planned))
    assert {o.status for o in found} == {"timeout"}


@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
def test_there_are_six_thousand_parameters(cell: str) -> None:
    """Of every cell, and no number of theirs is made by rounding."""
    (record,) = CHECK.cases(Spec(cell, 3, (5,), output_size=2 * (cell == "jordan")))
    case = make_case(record)
    assert sum(array.size for array in case.params.values()) > 6000
    for dtype in ("float64", "float32"):
        assert run_pair(bind, CHECK, record, dtype).status == "passed"

"""Homework of courses as the tests hand it in."""

from pathlib import Path

from rnncheck.grading.assignment import load
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.judge import judge
from rnncheck.grading.report import Report

SOLUTIONS = Path(__file__).parent / "solutions"
RNN = (SOLUTIONS / "cs231n-rnn" / "numpy.py").read_text("utf-8")
LSTM = (SOLUTIONS / "cs231n-lstm" / "numpy.py").read_text("utf-8")
STEP = ("rnn_step_forward",)
LOOPS = ("rnn_forward", "rnn_backward")


def judged(
    folder: Path,
    name: str,
    text: str,
    only: tuple[str, ...] = (),
    file: str = "rnn_layers.py",
    *,
    with_diagnosis: bool = False,
) -> Report:
    """Judge a text as a file of an assignment."""
    path = folder / file
    path.write_bytes(text.encode())
    submission, assignment = read_submission(path), load(name)
    contract = find_contract(assignment, submission)
    return judge(submission, assignment, contract, only=only, with_diagnosis=with_diagnosis)


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Return a text with each first string replaced by the second."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def points(report: Report) -> dict[str, float]:
    """Return the share of its points that each part earned."""
    parts = {j.part: [0.0, 0.0] for j in report.judged}
    for j in report.judged:
        parts[j.part][0] += j.points
        parts[j.part][1] += j.worth
    return {part: round(got / worth, 6) for part, (got, worth) in parts.items() if worth}

"""Real files in PyTorch, Keras and TensorFlow 1, one a kind of mistake: what they are told."""

from pathlib import Path

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.bank_file import practice
from rnncheck.grading.batch import TRIES
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.judge import judge
from rnncheck.worker.servers import Servers
from tests.judging import home
from tests.wrong_in_frameworks import WRONG


@pytest.mark.parametrize(
    "framework",
    [
        pytest.param("torch", marks=home("torch")),
        pytest.param("keras", marks=home("keras3")),
        pytest.param("tf1", marks=home("tf1")),
    ],
)
def test_a_batch_names_what_is_wrong(framework: str, tmp_path: Path) -> None:
    """Failures have one answer; none where two mistakes were made, for which `check` looks longer."""
    with Servers() as servers:
        for name, wrong in WRONG.items():
            if not name.startswith(framework):
                continue
            path = tmp_path / f"{name.replace(' ', '_')}.py"
            path.write_text(wrong.text(), "utf-8")
            assignment, submission = load(wrong.assignment), read_submission(path)
            contract = find_contract(assignment, submission)
            bank = practice(assignment.name, contract.framework)
            report = judge(
                submission, assignment, contract, tries=TRIES, servers=servers, bank=bank
            )
            if report.absent:
                pytest.skip(report.absent)
            failed = [j for j in report.judged if j.outcome.status == "failed"]
            told = {j.diagnosis.mistake for j in failed if j.diagnosis}
            assert failed, name
            assert told == set(wrong.named), name

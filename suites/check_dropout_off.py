"""Outside training nothing is dropped and nothing is scaled, also after a call in training."""

from __future__ import annotations

from dataclasses import replace

from rnncheck.suites.case import Case
from rnncheck.suites.check import Check
from rnncheck.suites.dropping import training
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a call outside training differs from the network without dropout."""
    subject.run_case()
    result = subject.sequence(case.x, case.state)
    right = truth.reference.sequence(case.x, case.state)
    names = [name for name in right if not name.startswith("trace.")]
    plain = Truth(replace(case, dropout=None), truth.dtype, truth.tally)
    tensors = [plain.values(name, result[name], right[name]) for name in names]
    plain.compare("outside training, the network is not the one without dropout", tensors)


CHECK = Check(
    name="dropout_off",
    family="wrappers",
    reason="Dropout is for training; a trained network answers the same every time.",
    hint="Look at what the code does when it is not training.",
    needs=frozenset({"sequence", "all_outputs", "final_state", "dropout"}),
    catches="dropout_when_not_training",
    run=run,
    cases=lambda spec: training(spec)[:2],
)

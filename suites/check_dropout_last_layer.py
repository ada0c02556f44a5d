"""Dropout between layers leaves the outputs of the last layer alone: none of them is zero."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure, NotJudgedError
from rnncheck.suites.dropping import training
from rnncheck.suites.precision import HALVES
from rnncheck.suites.sentences import say
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where outputs are zero in training that are not zero outside it; in 16 bits some are."""
    if truth.dtype in HALVES:
        raise NotJudgedError(say("zeros_of_rounding", dtype=truth.dtype))
    dropped = subject.run_case()["outputs"] == 0
    wrong = int(np.sum(dropped & (truth.reference.sequence(case.x, case.state)["outputs"] != 0)))
    if wrong:
        reason = say("last_layer", got=wrong, total=dropped.size)
        raise CheckFailure("dropout between layers drops the outputs of the last layer", reason)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    between = spec.dropout.between_keep < 1 and spec.dropout.output_keep == 1
    smooth = spec.activation != "relu" and not spec.output_size
    return training(spec)[:2] if between and smooth else ()


CHECK = Check(
    name="dropout_last_layer",
    family="wrappers",
    reason="Between n layers there are n - 1 places to drop at; nothing reads the last outputs.",
    hint="Count how often the code drops, and how many layers there are.",
    needs=frozenset({"sequence", "all_outputs", "dropout"}),
    catches="dropout_on_last_layer",
    run=run,
    cases=_cases,
)

"""Every result of an operation comes back, as finite numbers."""

from __future__ import annotations

import numpy as np

from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.operation_case import OperationCase
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth
from rnncheck.suites.sentences import say

CLAIM = "a call gives back something else than what is asked for"


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where a number is not finite; a name that is missing has ended the call already."""
    del case, truth
    for name, array in subject.run_case().items():
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            index = tuple(int(i) for i in bad[0])
            got = float(array[index])
            raise CheckFailure(CLAIM, say("not_finite", name=name, got=got, place=list(index)))


CHECK = Check(
    name="operation_result",
    family="contract",
    reason="What comes back must be there, and be numbers, before it can be right.",
    hint="Return every result that is asked for, in its order.",
    needs=frozenset({"compute"}),
    catches="not_a_number",
    run=run,
    cases=lambda spec: general(spec)[:1],
    about="operation",
)

"""The state of an LSTM is handed back in the right order."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.sentences import say
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where c, and not h, is what the last output shows.

    Whether the numbers are right is not asked here, so a wrong gate is not charged twice.
    """
    call, result = forward(subject, case)
    outputs = floats(result["outputs"])
    last = (
        outputs[-1 if case.spec.directions == ("forward",) else 0]
        if call == "sequence"
        else outputs
    )
    h, c = floats(result["state.h"]), floats(result["state.c"])
    allowed = truth.allowance.values(last)
    if np.all(np.abs(c - last) <= allowed) and not np.all(np.abs(h - last) <= allowed):
        raise CheckFailure("h and c are swapped in the state", say("state_order"))


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    single = len(spec.hidden_sizes) == len(spec.directions) == 1
    fits = single and spec.cell == "lstm" and not spec.projection and not spec.output_size
    return general(spec) if fits else ()


CHECK = Check(
    name="state_order",
    family="state",
    reason="(h, c) and (c, h) have the same shapes; only the numbers tell them apart.",
    hint="Look at the order in which the state is taken and given back.",
    needs=frozenset({"final_state"}),
    catches="state_swapped",
    run=run,
    cases=_cases,
)

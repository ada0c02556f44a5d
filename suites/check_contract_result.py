"""Every name that is asked for comes back, as finite floating point numbers."""

from __future__ import annotations

import numpy as np

from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case
from rnncheck.suites.cases import simple
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.sentences import say
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

CLAIM = "a call gives back something else than what is asked for"


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a number is not finite; a name that is missing has ended the call already."""
    del truth
    for name, array in forward(subject, case)[1].items():
        bad = np.argwhere(~np.isfinite(array))
        if bad.size:
            index = tuple(int(i) for i in bad[0])
            got = float(array[index])
            raise CheckFailure(CLAIM, say("not_finite", name=name, got=got, place=list(index)))


CHECK = Check(
    name="contract_result",
    family="contract",
    reason="What comes back must be there, and be numbers, before it can be right.",
    hint="Return the outputs and every part of the state, as arrays of floats.",
    needs=frozenset(),
    catches="nan_state",
    run=run,
    shares=True,
    cases=lambda spec: (simple(spec), simple(spec, steps=3, batch=2, seed=110)),
)

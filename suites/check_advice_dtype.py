"""Results keep the dtype of the arguments."""

from __future__ import annotations

from rnncheck.protocol.claims import held
from rnncheck.suites.calls import forward
from rnncheck.suites.case import Case
from rnncheck.suites.cases import simple
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

CLAIM = "results come back in another dtype than the arguments"


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a result has another dtype than the one that was handed in."""
    del truth
    _, result = forward(subject, case)
    asked = held(subject.dtype)
    wrong = [f"{n} is {a.dtype}" for n, a in result.items() if a.dtype != asked]
    if wrong:
        raise CheckFailure(CLAIM, f"{', '.join(wrong)}; {subject.dtype} went in")


CHECK = Check(
    name="advice_dtype",
    family="advice",
    reason="A float64 constant or buffer turns a float32 network into a slow one, and back.",
    hint="Give zeros and constants the dtype of x.",
    needs=frozenset(),
    catches="returns_float32",
    run=run,
    shares=True,
    cases=lambda spec: (simple(spec),),
)

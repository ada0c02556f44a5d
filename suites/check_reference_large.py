"""Large inputs give the limits of the gates, and no NaN."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import call_of
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth, with_large_inputs


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where inputs that saturate every gate give something else than the reference."""
    large = with_large_inputs(case)
    call = call_of(subject.claims)
    if call == "sequence":
        result = subject.sequence(large.x, large.state, large.lengths, large.mask)
        right = truth.large_forward
    else:
        result, right = subject.step(large.x[0], large.state), truth.large_first_step
    names = [name for name in right if not name.startswith("trace.")]
    there = truth.large()
    tensors = [
        there.values(name, result[name], right[name], spread=there.spread(name, call))
        for name in names
    ]
    there.compare("large inputs give other numbers than the reference", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    return general(spec)[1:2]


CHECK = Check(
    name="reference_large",
    family="reference",
    reason="exp(1000) is infinity, and infinity divided by infinity is no number.",
    hint="Look at what exp gets: a nonlinearity needs it of negative numbers only.",
    needs=frozenset({"final_state", "initial_state"}),
    catches="sigmoid_overflows",
    run=run,
    varies=with_large_inputs,
    cases=_cases,
)

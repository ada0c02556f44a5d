"""One step's output is the new hidden state, of the last layer."""

from __future__ import annotations

from rnncheck.protocol.names import output_part, prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the output of a step is not h, or Jordan's y."""
    result = subject.step(case.x[0], case.state)
    last = prefixes(case.spec)[-1] + output_part(case.spec)
    tensor = truth.values(
        "outputs",
        result["outputs"],
        result[f"state.{last}"],
        spread=truth.spread("outputs", "step", factor=TWO_RUNS),
    )
    truth.compare("the output of a step is not the new hidden state", [tensor])


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    layered = spec.output_size and spec.cell != "jordan"
    return general(spec) if len(spec.directions) == 1 and not layered else ()


CHECK = Check(
    name="state_step_output",
    family="state",
    reason="A step gives out h; an LSTM keeps c to itself.",
    hint="Look at what the step returns as its output.",
    needs=frozenset({"step", "final_state"}),
    catches="cell_as_output",
    run=run,
    shares=True,
    cases=_cases,
)

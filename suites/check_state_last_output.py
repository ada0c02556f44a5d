"""The final state, h or Jordan's y, is the last valid output in processing order."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general, padded, without_state
from rnncheck.suites.check import Check
from rnncheck.suites.ends import last_outputs
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the state at the end is not the output of the last valid step."""
    result = subject.run_case()
    last = {f"state.{p}": a for p, a in last_outputs(case, result["outputs"]).items()}
    tensors = [
        truth.values(name, result[name], right, spread=truth.spread(name, factor=TWO_RUNS))
        for name, right in last.items()
    ]
    truth.compare("the final state is not the last output", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    layered = spec.output_size and spec.cell != "jordan"
    return () if layered else (*general(spec), *padded(spec), without_state(spec)[1])


CHECK = Check(
    name="state_last_output",
    family="state",
    reason="h after the last step and the output of the last step are the same numbers.",
    hint="Look at which h the loop hands back when it ends.",
    needs=frozenset({"sequence", "all_outputs", "final_state"}),
    catches="state_one_step_early",
    run=run,
    shares=True,
    cases=_cases,
)

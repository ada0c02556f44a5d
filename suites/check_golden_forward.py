"""Every step of the frozen traces comes out, outputs and states."""

from __future__ import annotations

from rnncheck.fixtures.golden import Golden
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import Case
from rnncheck.suites.check import Check
from rnncheck.suites.compare import Tensor
from rnncheck.suites.frozen import golden
from rnncheck.suites.golden import golden_records
from rnncheck.suites.prefixes import prefix_states
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

CLAIM = "a golden trace does not come out"


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where an output, or a state after any step, is not the frozen one."""
    trace = golden(case.record.golden)
    if "sequence" not in subject.claims:
        truth.compare(CLAIM, _steps(subject, case, truth, trace))
        return
    result = subject.run_case()
    names = [name for name in trace.forward if not name.startswith("trace.")]
    tensors = prefix_states(subject, case, truth, trace.forward)
    tensors += [truth.values(name, result[name], trace.forward[name]) for name in names]
    truth.compare(CLAIM, tensors)


def _steps(subject: Subject, case: Case, truth: Truth, trace: Golden) -> list[Tensor]:
    """Run each step from the frozen state before it."""
    tensors: list[Tensor] = []
    state: Arrays = dict(case.state or {})
    for t, x in enumerate(case.x):
        result = subject.step(x, state)
        state = {part: trace.forward[f"trace.{part}"][t] for part in state}
        for part, right in state.items():
            tensors.append(_at(truth, f"state.{part}", result[f"state.{part}"], right, t))
        tensors.append(_at(truth, "outputs", result["outputs"], trace.forward["outputs"][t], t))
    return tensors


def _at(truth: Truth, name: str, got: Array, right: Array, t: int) -> Tensor:
    """Return one step's (B, R) as something to compare, with its time."""
    return truth.values(name, got[None], right[None], offset=t)


CHECK = Check(
    name="golden_forward",
    family="golden",
    reason="Frozen numbers, correctly rounded, that no version of any library can move.",
    hint="`rnncheck fixtures show NAME` prints the trace step by step.",
    needs=frozenset({"final_state", "initial_state"}),
    catches="bias_hh_left_out",
    run=run,
    cases=golden_records,
)

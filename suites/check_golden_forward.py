"""Every step of the frozen traces comes out, outputs and states."""

from __future__ import annotations

from rnncheck.fixtures.golden import Golden
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import Case
from rnncheck.suites.check import Check
from rnncheck.suites.frozen import golden
from rnncheck.suites.golden import golden_records
from rnncheck.suites.prefixes import only, prefix_states
from rnncheck.suites.subject import Subject
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.truth import Spread, Truth

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
            sigma = truth.spread(f"trace.{part}", of=only(t))
            tensors.append(_at(truth, f"state.{part}", result[f"state.{part}"], right, t, sigma))
        right, sigma = trace.forward["outputs"][t], truth.spread("outputs", of=only(t))
        tensors.append(_at(truth, "outputs", result["outputs"], right, t, sigma))
    return tensors


def _at(truth: Truth, name: str, got: Array, right: Array, t: int, sigma: Spread) -> Tensor:
    """Return one step's (B, R) as something to compare, with its time."""
    return truth.values(name, got[None], right[None], offset=t, spread=sigma)


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

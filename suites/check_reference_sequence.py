"""Every output and the final state equal the reference."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import edge, general, narrow, without_state
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.prefixes import prefix_states
from rnncheck.suites.subject import CELL_STATE, Subject
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.truth import Truth

CLAIM = "hidden states differ from the reference"


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where an output or the final state differs from the reference."""
    tensors = _tensors(subject, truth)
    try:
        truth.compare(CLAIM, tensors)
    except CheckFailure:  # look closer: which step, and c or h?
        truth.compare(CLAIM, prefix_states(subject, case, truth, truth.forward) + tensors)


def from_afar(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail as `run` does, with one call: it is not asked at which step."""
    del case
    truth.compare(CLAIM, _tensors(subject, truth))


def _tensors(subject: Subject, truth: Truth) -> list[Tensor]:
    result = subject.run_case()
    names = [name for name in truth.forward if not name.startswith("trace.")]
    names += [CELL_STATE] if CELL_STATE in result else []
    return [truth.values(name, result[name], truth.forward[name]) for name in names]


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    zeros, none = general(spec, state="zero", seed=131)[1:], without_state(spec)[1]
    return (*general(spec), *zeros, *narrow(spec), none, edge(spec))


CHECK = Check(
    name="reference_sequence",
    family="reference",
    reason="The whole sequence, on random weights, biases and initial states.",
    hint="Compare the first wrong step by hand: everything before it is right.",
    needs=frozenset({"sequence", "all_outputs", "final_state"}),
    catches="gate_order_ifog",
    run=run,
    shares=True,
    cases=_cases,
)

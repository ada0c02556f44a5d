"""The final state is that of the last valid step."""

from __future__ import annotations

from rnncheck.suites.case import Case
from rnncheck.suites.cases import padded
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a final state is not that of the last valid step, or of the start."""
    result = subject.run_case()
    names = [name for name in truth.forward if name.startswith("state.")]
    tensors = [truth.values(name, result[name], truth.forward[name]) for name in names]
    truth.compare("the final state is not that of the last valid step", tensors)


CHECK = Check(
    name="mask_state",
    family="mask",
    reason="A padded step carries the state on unchanged; a row of length 0 keeps its first one.",
    hint="Look at what happens to h and to c at a step past the end of a row.",
    needs=frozenset({"sequence", "final_state"}),
    catches="mask_zeroes_state",
    run=run,
    cases=padded,
)

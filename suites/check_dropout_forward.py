"""In training, every output and the final state equal the reference under the same masks."""

from __future__ import annotations

from rnncheck.suites.case import Case
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.dropping import training, under_masks
from rnncheck.suites.prefixes import prefix_states
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where an output or the final state differs under the masks in use."""
    result = subject.run_case()
    right = under_masks(case, truth, result)
    names = [name for name in right.forward if not name.startswith("trace.")]
    tensors = [right.values(name, result[name], right.forward[name]) for name in names]
    claim = "with dropout, outputs or states differ from the reference under the same masks"
    try:
        right.compare(claim, tensors)
    except CheckFailure:  # look closer: which step, and c or h?
        right.compare(claim, prefix_states(subject, case, right, right.forward) + tensors)


CHECK = Check(
    name="dropout_forward",
    family="wrappers",
    reason="A mask drops what it says, at the step that it is for, and 1 / keep makes up for it.",
    hint="Ask of each mask: what does it multiply, by how much, and what stays whole?",
    needs=frozenset({"sequence", "all_outputs", "final_state", "dropout"}),
    catches="dropout_not_scaled",
    run=run,
    cases=training,
)

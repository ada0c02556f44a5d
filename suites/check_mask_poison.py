"""What stands in the padding changes nothing."""

from __future__ import annotations

import numpy as np

from rnncheck.suites.case import Case
from rnncheck.suites.cases import padded
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where NaN or 1e30 in the padding changes an output or a state."""
    names = [name for name in truth.forward if not name.startswith("trace.")]
    for poison in (np.nan, 1e30):
        x = np.where(case.valid[:, :, None], case.x, poison)  # (T, B, D)
        result = subject.sequence(x, case.state, case.lengths, case.mask)
        tensors = [truth.values(name, result[name], truth.forward[name]) for name in names]
        truth.compare(f"{poison} in the padding changes the results", tensors)


CHECK = Check(
    name="mask_poison",
    family="mask",
    reason="Padding is not data: no number in it may reach a result.",
    hint="Choose between old and new state with where, not with a product.",
    needs=frozenset({"sequence", "all_outputs", "final_state"}),
    catches="mask_ignored",
    run=run,
    cases=padded,
)

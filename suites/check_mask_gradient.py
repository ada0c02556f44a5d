"""No gradient flows into padding."""

from __future__ import annotations

import numpy as np

from rnncheck.suites.case import Case
from rnncheck.suites.cases import padded
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a padded step changes a gradient or receives one."""
    x = np.where(case.valid[:, :, None], case.x, 3.0)  # (T, B, D)
    result = subject.sequence_vjp(
        x, case.state, case.d_outputs, case.d_state, case.lengths, case.mask
    )
    right = truth.gradients
    tensors = truth.gradient(result, right)
    truth.compare("gradients under padding differ from the reference", tensors)


CHECK = Check(
    name="mask_gradient",
    family="mask",
    reason="A padded step passes the gradient of the state through and adds nothing.",
    hint="Look at the backward of a padded step: state through, parameters and x nothing.",
    needs=frozenset({"sequence_vjp"}),
    catches="gradient_into_padding",
    run=run,
    cases=padded,
)

"""In training, every gradient goes through the masks of the forward pass."""

from __future__ import annotations

from rnncheck.suites.case import Case
from rnncheck.suites.check import Check
from rnncheck.suites.dropping import training, under_masks
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a gradient is not that of the network under the masks in use."""
    result = subject.case_gradients()
    right = under_masks(case, truth, result)
    grads = right.gradients
    tensors = [right.values(name, result[name], grads[name]) for name in grads]
    right.compare("with dropout, gradients differ from those through the same masks", tensors)


CHECK = Check(
    name="dropout_gradient",
    family="wrappers",
    reason="What the forward pass dropped gets no gradient, what it scaled gets it scaled.",
    hint="Every mask of the forward pass is there in the backward pass too.",
    needs=frozenset({"sequence_vjp", "dropout"}),
    catches="dropout_not_in_backward",
    run=run,
    cases=lambda spec: training(spec)[:2],
)

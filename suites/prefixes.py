"""States after every step, seen by running the first t steps for every t."""

from __future__ import annotations

from rnncheck.protocol.names import Arrays, group
from rnncheck.suites.case import Case
from rnncheck.suites.compare import Tensor
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth


def prefix_states(subject: Subject, case: Case, truth: Truth, trace: Arrays) -> list[Tensor]:
    """Return the state after each step but the last as something to compare.

    Args:
        subject: the implementation.
        case: a case; where it has padding or runs in reverse the list is empty.
        truth: of the case.
        trace: "trace.<part>" (T, B, R), the right state after each step.
    """
    if case.spec.directions != ("forward",) or not case.valid.all():
        return []
    tensors = []
    for t in range(len(case.x) - 1):
        state = group(subject.sequence(case.x[: t + 1], case.state), "state")
        for part in sorted(state):  # layer by layer; c before h, as they are computed
            got, right = state[part][None], trace[f"trace.{part}"][t][None]  # (1, B, R)
            tensors.append(truth.values(f"state.{part}", got, right, offset=t))
    return tensors

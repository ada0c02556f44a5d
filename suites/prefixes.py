"""States after every step, seen by running the first t steps for every t."""

from __future__ import annotations

from collections.abc import Callable

from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.suites.case import Case
from rnncheck.suites.dropping import carried, first_steps
from rnncheck.suites.subject import Subject
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.truth import Truth


def prefix_states(subject: Subject, case: Case, truth: Truth, trace: Arrays) -> list[Tensor]:
    """Return the state after each step but the last as something to compare.

    Args:
        subject: the implementation.
        case: a case; where it has padding or runs in reverse, or the implementation draws its
            own dropout masks, the list is empty.
        truth: of the case.
        trace: "trace.<part>" (T, B, R), the right state after each step.
    """
    if case.spec.directions != ("forward",) or not case.valid.all():
        return []
    if case.dropout is not None and "dropout_given" not in subject.claims:
        return []  # over fewer steps it draws other masks
    tensors = []
    for t in range(len(case.x) - 1):
        masks = first_steps(case, t + 1)
        state = group(subject.sequence(case.x[: t + 1], case.state, dropout=masks), "state")
        for part in sorted(state):  # layer by layer; c before h, as they are computed
            factor = carried(case, part, t)
            right = trace[f"trace.{part}"][t] * factor
            got = state[part][None]  # (1, B, R)
            sigma = truth.spread(f"trace.{part}", of=only(t, factor))
            tensor = truth.values(f"state.{part}", got, right[None], offset=t, spread=sigma)
            tensors.append(tensor)
    return tensors


def only(t: int, factor: Array | float = 1.0) -> Callable[[Array], Array]:
    """Return what picks one step, (1, ...), of a tensor (T, ...), times a factor."""
    return lambda sigma: sigma[t : t + 1] * factor

"""A sequence cut in two, with the states that each layer and direction hands over at the cut.

What runs forward hands its state from the first half to the second, what runs in reverse the other
way. A layer between two others in both directions needs what the layer below gives out in both
halves: so the halves are run again for each layer, and each run puts one more layer right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case
from rnncheck.suites.subject import Subject

Halves = tuple[Arrays, Arrays]


@dataclass(frozen=True)
class Cut:
    """A case cut in two at its split.

    Attributes:
        subject: the implementation.
        case: a case with a state.
        starts: the state that each half starts from.
    """

    subject: Subject
    case: Case
    starts: Halves

    def forward(self) -> Halves:
        """Return the results of each half."""
        x, at = self.case.x, self.case.record.split
        early, late = self.starts
        return self.subject.sequence(x[:at], early), self.subject.sequence(x[at:], late)

    def backward(self) -> Halves:
        """Return the gradients of each half, chained through the states at the cut."""
        spec, d_state = self.case.spec, self.case.d_state
        found = self._vjp((d_state, d_state))
        for _ in range(_runs(spec)):
            early, late = (group(half, "d.state") for half in found)
            found = self._vjp((joined(spec, late, d_state), joined(spec, d_state, early)))
        return found

    def _vjp(self, upstream: Halves) -> Halves:
        at, x, d_outputs = self.case.record.split, self.case.x, self.case.d_outputs
        return (
            self.subject.sequence_vjp(x[:at], self.starts[0], d_outputs[:at], upstream[0]),
            self.subject.sequence_vjp(x[at:], self.starts[1], d_outputs[at:], upstream[1]),
        )


def cut(subject: Subject, case: Case) -> Cut:
    """Cut a case in two and find the states that are handed over."""
    state, spec = case.state or {}, case.spec
    halves = Cut(subject, case, (state, state))
    for _ in range(_runs(spec)):
        early, late = (group(half, "state") for half in halves.forward())
        halves = Cut(subject, case, (joined(spec, state, late), joined(spec, early, state)))
    return halves


def joined(spec: Spec, forward: Mapping[str, Array], reverse: Mapping[str, Array]) -> Arrays:
    """Return the parts of what runs forward from one state, of what runs in reverse from another."""
    only = spec.directions == ("reverse",)
    return {p: (reverse if only or ".reverse." in p else forward)[p] for p in forward}


def _runs(spec: Spec) -> int:
    return len(spec.hidden_sizes) if len(spec.directions) == 2 else 1

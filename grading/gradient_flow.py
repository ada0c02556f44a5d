"""Measures how gradients flow back through a submission, and through the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnncheck.grading.opened import Opened
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Implementation
from rnncheck.reference import jacobians
from rnncheck.reference.flow import Flow, by_backward, by_product, reference_flow, states
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.sizes import usual

CLOSE = 1e-2
WAYS = {
    "sequence_vjp": "its own gradients over the sequence",
    "step_vjp": "its own gradients of one step, multiplied",
    "": "differences of its own forward step, multiplied",
}


@dataclass(frozen=True)
class Measured:
    """The flow in a submission beside the right one, both at t from 0 to T.

    Attributes:
        mine: the submission's.
        right: the reference's.
        way: how the submission's was measured, a value of WAYS.
    """

    mine: Flow
    right: Flow
    way: str

    @property
    def differs(self) -> list[int]:
        """The t at which a norm is not the reference's to two digits, from the end backward."""
        same = abs(self.mine.norms - self.right.norms) <= CLOSE * self.right.norms
        return [int(t) for t in np.flatnonzero(~same.all(axis=1))[::-1]]


def measure(opened: Opened, steps: int) -> Measured:
    """Measure over some steps, on weights and inputs that are the same each time.

    Raises:
        Fault: the submission gave no numbers.
        SpecError: it runs in reverse.
        UsageError: it is no network.
    """
    case = make_case(CaseSpec(usual(opened.network()[0]), steps=steps))
    assert case.state is not None
    right = reference_flow(case.spec, case.params, case.x, case.state)
    implementation = opened.bind(case.spec, case.params)
    try:
        mine, way = _flow(implementation, case)
    except Fault as fault:
        opened.note(fault.kind, str(fault))
        raise
    return Measured(mine, right, WAYS[way])


def _flow(implementation: Implementation, case: Case) -> tuple[Flow, str]:
    assert case.state is not None
    along = states(implementation, case.x, case.state)
    if "sequence_vjp" in implementation.claims:
        return by_backward(implementation, case.x, along), "sequence_vjp"
    if "step_vjp" in implementation.claims:
        flow = by_product(implementation, case.x, along, jacobians.by_step_vjp)
        return flow, "step_vjp"
    return by_product(implementation, case.x, along, jacobians.by_differences), ""

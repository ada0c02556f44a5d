"""What is right for a case: the reference's answers, computed when first asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.reference.implementation import bind
from rnncheck.suites.allowance import Allowance, allowance
from rnncheck.suites.case import Case
from rnncheck.suites.compare import Tensor, axes_of, compare

LARGE = 1024.0  # a power of two


class Truth:
    """The right answers to a case, and how far a right implementation may be from them.

    Attributes:
        case: the case.
        dtype: the arithmetic by which answers are judged, "float64" or "float32".
    """

    def __init__(self, case: Case, dtype: str = "float64") -> None:
        """Compute nothing yet."""
        self.case, self.dtype = case, dtype

    @cached_property
    def reference(self) -> Implementation:
        """The reference, bound to the case in float64."""
        return bind(self.case.spec, self.case.params)

    @cached_property
    def allowance(self) -> Allowance:
        """The allowance of the case."""
        return allowance(self.case, self.dtype)

    @cached_property
    def forward(self) -> Arrays:
        """The results of a forward call over the sequence."""
        case = self.case
        return self.reference.sequence(case.x, case.state, case.lengths, case.mask, case.dropout)

    @cached_property
    def gradients(self) -> Arrays:
        """The results of a vjp over the sequence."""
        case = self.case
        return self.reference.sequence_vjp(
            case.x,
            case.state,
            case.d_outputs,
            case.d_state,
            case.lengths,
            case.mask,
            case.dropout,
        )

    @cached_property
    def first_step(self) -> Arrays:
        """The results of a step on the first input."""
        return self.reference.step(self.case.x[0], self.case.state)

    @cached_property
    def first_step_gradients(self) -> Arrays:
        """The results of a vjp of that step."""
        case = self.case
        return self.reference.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)

    @cached_property
    def large_forward(self) -> Arrays:
        """The results of a forward call over inputs that saturate."""
        case = with_large_inputs(self.case)
        return self.reference.sequence(case.x, case.state, case.lengths, case.mask)

    @cached_property
    def large_first_step(self) -> Arrays:
        """The results of a step on the first of those inputs."""
        return self.reference.step(with_large_inputs(self.case).x[0], self.case.state)

    def values(self, name: str, got: Array, expected: Array, offset: int = 0) -> Tensor:
        """Return outputs, a state or a trace as something to compare."""
        right = np.asarray(expected, np.float64)
        axes, gates = axes_of(name, self.case.spec, right.ndim)
        return Tensor(name, got, right, self.allowance.values(right), axes, offset, gates)

    def gradient(self, name: str, got: Array, expected: Array) -> Tensor:
        """Return a gradient as something to compare: by tensor, d.x also by time slice."""
        right = np.asarray(expected, np.float64)
        axes, gates = axes_of(name, self.case.spec, right.ndim)
        over = tuple(range(1 if axes[0] == "t" else 0, right.ndim))
        return Tensor(name, got, right, self.allowance.block(right, over), axes, 0, gates)

    def compare(self, claim: str, tensors: Iterable[Tensor]) -> None:
        """Raise CheckFailure unless every tensor is within the allowance."""
        __tracebackhide__ = True
        compare(claim, list(tensors), self.dtype)


def with_large_inputs(case: Case) -> Case:
    """Return the case with inputs that saturate every gate; products with weights stay exact."""
    return replace(case, x=case.x * LARGE)


def floats(array: Array) -> NDArray[np.float64]:
    """Return an array as float64."""
    return np.asarray(array, np.float64)

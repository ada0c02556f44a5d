"""What a mistake in an operation is: the reference with a function in place of one of its two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference.operations import ReferenceOperation, bind

Forward = Callable[[ReferenceOperation, Arrays], Arrays]
Backward = Callable[[ReferenceOperation, Arrays, Arrays], Arrays]
Change = Callable[[OperationSpec, Arrays], Arrays]

EVERY = "*"


def right(inner: ReferenceOperation, given: Arrays) -> Arrays:
    """Return the right results."""
    return inner.compute(given)


def right_vjp(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    """Return the right gradients."""
    return inner.compute_vjp(given, upstream)


def always(spec: OperationSpec) -> bool:
    """Say that a mistake can be made whatever the options."""
    del spec
    return True


@dataclass(frozen=True)
class OperationMistake:
    """A known wrong implementation of an operation.

    Attributes:
        id: in words.
        what: the mistake as a clause, for a report.
        hint: what to look at, without the answer.
        operation: in which it can be made, EVERY for any.
        forward, backward: what takes the place of compute and compute_vjp.
        options: whether it can be made with a spec's options.
    """

    id: str
    what: str
    hint: str
    operation: str
    forward: Forward = right
    backward: Backward = right_vjp
    options: Callable[[OperationSpec], bool] = always

    def applies(self, spec: OperationSpec) -> bool:
        """Say whether it can be made in an operation."""
        return self.operation in (EVERY, spec.name) and self.options(spec)

    @property
    def changes_results(self) -> bool:
        """Whether the results are wrong, and not the gradients alone."""
        return self.forward is not right

    def bind(self, spec: OperationSpec, dtype: str = "float64", device: str = "cpu") -> Wrong:
        """Bind the wrong implementation; an OperationBind."""
        return Wrong(self, bind(spec, dtype, device))


class Wrong:
    """The reference with a mistake in it; see protocol.operations.OperationImplementation."""

    def __init__(self, mistake: OperationMistake, inner: ReferenceOperation) -> None:
        """Vary the reference."""
        self.spec, self.claims = inner.spec, inner.claims
        self.facts: dict[str, Any] = {}
        self._mistake, self._inner = mistake, inner

    def compute(self, arguments: Mapping[str, Array]) -> Arrays:
        """Return the wrong results."""
        with np.errstate(all="ignore"):
            return self._mistake.forward(self._inner, self._inner.given(arguments))

    def compute_vjp(self, arguments: Mapping[str, Array], upstream: Mapping[str, Array]) -> Arrays:
        """Return the wrong gradients."""
        with np.errstate(all="ignore"):
            return self._mistake.backward(self._inner, self._inner.given(arguments), dict(upstream))


def with_arguments(change: Change) -> tuple[Forward, Backward]:
    """Return a forward and a backward that compute on changed arguments."""
    return (
        lambda inner, given: inner.compute(change(inner.spec, given)),
        lambda inner, given, upstream: inner.compute_vjp(change(inner.spec, given), upstream),
    )


def scaled(factor: Callable[[OperationSpec, Arrays], float]) -> tuple[Forward, Backward]:
    """Return a forward and a backward whose numbers are a factor too large."""

    def forward(inner: ReferenceOperation, given: Arrays) -> Arrays:
        return times(inner.compute(given), factor(inner.spec, given))

    def backward(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
        return times(inner.compute_vjp(given, upstream), factor(inner.spec, given))

    return forward, backward


def times(arrays: Arrays, factor: float) -> Arrays:
    """Return arrays that are a factor larger, of the same dtypes."""
    return {name: np.asarray(array * factor, array.dtype) for name, array in arrays.items()}

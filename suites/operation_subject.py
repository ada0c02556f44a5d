"""The implementation of an operation under check, and the right answers to its case."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import (
    OperationBind,
    OperationSpec,
    operation_axes,
    operation_shapes,
    sizes_of,
    whole_results,
)
from rnncheck.protocol.results import usable_arrays
from rnncheck.reference.operations import bind
from rnncheck.suites.compare import CheckFailure, NotJudgedError, compare
from rnncheck.suites.operation_allowance import FIXED, OperationAllowance
from rnncheck.suites.operation_case import OperationCase
from rnncheck.suites.sentences import say
from rnncheck.suites.tally import Tally
from rnncheck.suites.tensor import Tensor

BLURRED = 0.25  # of the allowance; what the reference in float32 uses more of is not judged


class OperationSubject:
    """An implementation bound to an operation, itself an OperationImplementation.

    Arguments are cast to the dtype and handed out as copies; `shapes` collects over all calls the
    results that came in another shape than asked for.
    """

    def __init__(
        self, bind: OperationBind, case: OperationCase, dtype: str = "float64", device: str = "cpu"
    ) -> None:
        """Bind."""
        self.case, self.dtype = case, dtype
        self.bound = bind(case.spec, dtype, device)
        self.shapes: dict[str, Any] = {}

    @property
    def spec(self) -> OperationSpec:
        """The operation."""
        return self.case.spec

    @property
    def claims(self) -> frozenset[str]:
        """What the implementation offers."""
        return self.bound.claims

    @property
    def facts(self) -> dict[str, Any]:
        """What the last call showed beside numbers."""
        return self.bound.facts

    def compute(self, arguments: Mapping[str, Array]) -> Arrays:
        """Return the results."""
        given = self._cast(arguments)
        return self._noted("compute", given, self.bound.compute(given))

    def compute_vjp(self, arguments: Mapping[str, Array], upstream: Mapping[str, Array]) -> Arrays:
        """Return the gradients."""
        given = self._cast(arguments)
        return self._noted(
            "compute_vjp", given, self.bound.compute_vjp(given, self._cast(upstream))
        )

    def run_case(self) -> Arrays:
        """Return the results on the case."""
        return self.compute(self.case.arguments)

    def case_gradients(self) -> Arrays:
        """Return the gradients on the case."""
        return self.compute_vjp(self.case.arguments, self.case.upstream)

    def _cast(self, arrays: Mapping[str, Array]) -> Arrays:
        return {
            name: np.array(array, self.dtype if array.dtype.kind == "f" else array.dtype)
            for name, array in arrays.items()
        }

    def _noted(self, call: str, given: Arrays, results: Arrays) -> Arrays:
        shapes = operation_shapes(self.spec, call, sizes_of(self.spec, given))
        right, seen = usable_arrays(
            call,
            shapes,
            results,
            whole_results(self.spec, call),
            lambda name: tuple(operation_axes(self.spec, name)),
        )
        self.shapes |= seen["shapes"] | self.facts.get("shapes", {})
        return right


class OperationTruth:
    """The right answers to a case, computed when first asked for.

    Attributes:
        case: the case.
        dtype: the arithmetic by which answers are judged, "float64" or "float32".
        tally: what was compared.
    """

    def __init__(
        self, case: OperationCase, dtype: str = "float64", tally: Tally | None = None
    ) -> None:
        """Compute nothing yet."""
        self.case, self.dtype, self.tally = case, dtype, tally or Tally()
        self.reference = bind(case.spec)

    @property
    def allowance(self) -> OperationAllowance:
        """How far a right implementation may be."""
        return FIXED[self.dtype]

    @cached_property
    def results(self) -> Arrays:
        """The results."""
        return self.reference.compute(self.case.arguments)

    @cached_property
    def gradients(self) -> Arrays:
        """The gradients."""
        return self.reference.compute_vjp(self.case.arguments, self.case.upstream)

    def values(self, name: str, got: Array, expected: Array) -> Tensor:
        """Return a result as something to compare; whole numbers must be equal."""
        right = np.asarray(expected, np.float64)
        whole = name in whole_results(self.case.spec, "compute")
        allowed = np.zeros(right.shape) if whole else self.allowance.values(right)
        return Tensor(name, got, right, allowed, self._axes(name))

    def gradient(self, name: str, got: Array, expected: Array) -> Tensor:
        """Return a gradient as something to compare: by tensor, or by time slice."""
        right, axes = np.asarray(expected, np.float64), self._axes(name)
        over = tuple(range(1 if axes[:1] == ("t",) else 0, right.ndim))
        return Tensor(name, got, right, self.allowance.block(right, over), axes)

    def every(self, got: Mapping[str, Array], right: Mapping[str, Array]) -> list[Tensor]:
        """Return results or gradients with what they should be, all that are right."""
        pick = self.values
        return [
            (self.gradient if name.startswith("d.") else pick)(name, got[name], right[name])
            for name in right
        ]

    def compare(self, claim: str, tensors: Iterable[Tensor]) -> None:
        """Raise CheckFailure unless every tensor is within the allowance.

        Raises:
            NotJudgedError: in float32 the reference itself uses more than a quarter of it.
        """
        __tracebackhide__ = True
        listed = list(tensors)
        try:
            compare(claim, listed, self.dtype, self.tally)
        except CheckFailure:
            if blurred := self._blurred({tensor.name for tensor in listed}):
                raise NotJudgedError(say("blurred", name=blurred, dtype=self.dtype)) from None
            raise

    def _blurred(self, names: Collection[str]) -> str:
        """Return the first of some results that rounding moves too far in the reference, or ""."""
        if self.dtype == "float64":
            return ""
        single, case, right = bind(self.case.spec, self.dtype), self.case, {**self.results}
        with np.errstate(all="ignore"):
            rounded = {**single.compute(case.arguments)}
            if case.spec.operation.differentiated:
                right |= self.gradients
                rounded |= single.compute_vjp(case.arguments, case.upstream)
        for tensor in self.every(rounded, right):
            off = np.abs(np.asarray(tensor.got, np.float64) - tensor.expected)
            most = BLURRED * np.asarray(tensor.allowed, np.float64)
            if tensor.name in names and not (off <= most).all():
                return tensor.name
        return ""

    def _axes(self, name: str) -> tuple[str, ...]:
        return tuple(operation_axes(self.case.spec, name).lower())

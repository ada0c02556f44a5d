"""The implementation of an operation under check, and the right answers to its case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from rnncheck.suites.allowance import Allowance
from rnncheck.suites.compare import CheckFailure, NotJudgedError, compare
from rnncheck.suites.operation_case import OperationCase
from rnncheck.suites.operation_sigmas import kept_operation_sigmas
from rnncheck.suites.sentences import say
from rnncheck.suites.tally import Tally
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.truth import SINGLE


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
    """The right answers to a case, computed when first asked for, and how far one may be from them.

    Attributes:
        case: the case.
        dtype: the arithmetic by which answers are judged, "float64" or "float32".
        tally: what was compared.
        computed: the dtype in which the answers are computed.
    """

    def __init__(
        self, case: OperationCase, dtype: str = "float64", tally: Tally | None = None
    ) -> None:
        """Compute nothing yet."""
        self.case, self.dtype, self.tally = case, dtype, tally or Tally()
        self.computed = dtype
        self.reference = bind(case.spec)
        self._rounds = case, False

    def rounding_as(self, case: OperationCase, *, rounded: bool = False) -> OperationTruth:
        """Return the same answers, allowed to be as far off as those to a case are.

        Args:
            case: with arguments that must give the same.
            rounded: as of operation_sigmas.
        """
        other = OperationTruth(self.case, self.dtype, self.tally)
        vars(other).update(vars(self))
        other._rounds = case, rounded
        return other

    @cached_property
    def results(self) -> Arrays:
        """The results."""
        return self.reference.compute(self.case.arguments)

    @cached_property
    def gradients(self) -> Arrays:
        """The gradients."""
        return self.reference.compute_vjp(self.case.arguments, self.case.upstream)

    def values(self, name: str, got: Array, expected: Array) -> Tensor:
        """Return a result or a gradient as something to compare; whole numbers must be equal."""
        right, axes = np.asarray(expected, np.float64), self._axes(name)
        if name in whole_results(self.case.spec, "compute"):
            return Tensor(name, got, right, np.zeros(right.shape), axes)
        over = tuple(range(1 if axes[:1] == ("t",) else 0, right.ndim))
        alone = (self.computed, self.dtype) == ("float64", "float32")
        every = tuple(range(right.ndim)) if alone else None
        allowed = Allowance(right, self.dtype, partial(self._sigma, name), over, every)
        return Tensor(name, got, right, allowed, axes)

    def every(self, got: Mapping[str, Array], right: Mapping[str, Array]) -> list[Tensor]:
        """Return results or gradients with what they should be, all that are right."""
        return [self.values(name, got[name], right[name]) for name in right]

    def compare(self, claim: str, tensors: Iterable[Tensor]) -> None:
        """Raise CheckFailure unless every tensor is within the allowance.

        Raises:
            NotJudgedError: whole numbers differ, and the reference's do too in this arithmetic; or
                as compare.
        """
        __tracebackhide__ = True
        try:
            compare(claim, list(tensors), self.dtype, self.tally)
        except CheckFailure:
            if name := self._decided_by_rounding():
                raise NotJudgedError(say("blurred", name=name, dtype=self.dtype)) from None
            raise

    def _sigma(self, name: str) -> NDArray[np.float64]:
        case, rounded = self._rounds
        call = "compute_vjp" if name.startswith("d.") else "compute"
        return SINGLE[self.dtype] * kept_operation_sigmas(case, call, rounded=rounded)[name]

    def _decided_by_rounding(self) -> str:
        """Return the first whole result that the reference itself has otherwise, or ""."""
        whole = whole_results(self.case.spec, "compute")
        if self.dtype == "float64" or not whole:
            return ""
        rounded = bind(self.case.spec, self.dtype).compute(self.case.arguments)
        other = (n for n in rounded if n in whole and (rounded[n] != self.results[n]).any())
        return next(other, "")

    def _axes(self, name: str) -> tuple[str, ...]:
        return tuple(operation_axes(self.case.spec, name).lower())

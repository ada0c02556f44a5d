"""What is right for a case: the reference's answers, computed when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.reference.implementation import bind
from rnncheck.suites.allowance import Allowance
from rnncheck.suites.case import Case
from rnncheck.suites.compare import compare
from rnncheck.suites.sigmas import kept_sigmas
from rnncheck.suites.tally import Tally
from rnncheck.suites.tensor import Tensor, axes_of
from rnncheck.suites.verdict import judge

Floats = NDArray[np.float64]
Spread = Callable[[], Floats]
TWO_RUNS = 2**0.5  # between two results that both carry rounding errors

LARGE = 1024.0  # a power of two
LARGE_WORD = "large "
SINGLE = {"float32": 1.0, "float64": 2.0**-29}  # float64's sigma is float32's, scaled


class Truth:
    """The right answers to a case, and how far a right implementation may be from them.

    Attributes:
        case: the case.
        dtype: the arithmetic by which answers are judged, one of PRECISIONS.
        tally: what was compared.
        computed: the dtype in which the answers are computed.
        known: float32's sigmas by call, with LARGE_WORD before the call for large inputs; what is
            not there is computed.
    """

    def __init__(self, case: Case, dtype: str = "float64", tally: Tally | None = None) -> None:
        """Compute nothing yet."""
        self.case, self.dtype, self.tally = case, dtype, tally or Tally()
        self.computed = dtype
        self.known: Mapping[str, Arrays] = {}
        self._sigmas: dict[str, Mapping[str, Array]] = {}
        self._words = ""

    @cached_property
    def reference(self) -> Implementation:
        """The reference, bound to the case in float64."""
        return bind(self.case.spec, self.case.params)

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

    def large(self) -> Truth:
        """Return how far answers to those inputs may be off."""
        there = Truth(with_large_inputs(self.case), self.dtype, self.tally)
        there.known, there._sigmas, there._words = self.known, self._sigmas, LARGE_WORD
        return there

    @cached_property
    def large_first_step(self) -> Arrays:
        """The results of a step on the first of those inputs."""
        return self.reference.step(with_large_inputs(self.case).x[0], self.case.state)

    def sigmas(self, call: str) -> Mapping[str, Array]:
        """Return the sigmas of "sequence" or "step": those that are known, else computed."""
        place = self._words + call
        if place not in self._sigmas:
            known = self.known.get(place)
            if known is None or self.dtype not in SINGLE:
                known = kept_sigmas(self.case, call, self.dtype)
            else:
                known = {name: SINGLE[self.dtype] * sigma for name, sigma in known.items()}
            self._sigmas[place] = known
        return self._sigmas[place]

    def single_sigmas(self) -> dict[str, Arrays]:
        """Return float32's sigmas of the calls of which any was asked for, as `known` has them."""
        large = with_large_inputs(self.case)
        cases = {LARGE_WORD: large, "": self.case}
        return {
            place: kept_sigmas(cases[place[: -len(call)]], call, "float32")
            for place in self._sigmas
            for call in [place.removeprefix(LARGE_WORD)]
        }

    def spread(
        self,
        name: str,
        call: str = "sequence",
        *,
        of: Callable[[Floats], Floats] = lambda sigma: sigma,
        factor: float = 1.0,
    ) -> Spread:
        """Return what gives sigma of a result, once it is asked for.

        Args:
            name: of a result of sigmas, or of step_sigmas.
            call: "sequence" or "step".
            of: picks the elements that are compared.
            factor: times sigma; TWO_RUNS where what is expected is the implementation's own.
        """
        return lambda: factor * of(floats(self.sigmas(call)[name]))

    def values(
        self,
        name: str,
        got: Array,
        expected: Array,
        offset: int = 0,
        *,
        spread: Spread | None = None,
        exact: bool = False,
    ) -> Tensor:
        """Return a result as something to compare.

        Args:
            name: of the result.
            got: what came back.
            expected: what is right.
            offset: of the first step.
            spread: gives sigma, by default that of the sequence's result of this name.
            exact: what is expected is the reference's, so that errors may stand alone.
        """
        right = np.asarray(expected, np.float64)
        axes, gates = axes_of(name, self.case.spec, right.ndim)
        over = tuple(range(1 if axes[0] == "t" else 0, right.ndim))
        gate = self._gate(axes) if exact and "b" not in axes else None
        allowed = Allowance(right, self.dtype, spread or self.spread(name), over, gate)
        return Tensor(name, got, right, allowed, axes, offset, gates)

    def gradient(self, got: Arrays, right: Arrays, call: str = "sequence") -> list[Tensor]:
        """Return every gradient that is right beside what came back, as something to compare.

        There is none of a state that was not given.
        """
        given = self.case.state is not None
        names = [name for name in right if given or not name.startswith("d.state.")]
        return [
            self.values(n, got[n], right[n], spread=self.spread(n, call), exact=True) for n in names
        ]

    def _gate(self, axes: tuple[str, ...]) -> tuple[int, ...] | None:
        """Return the axes of one gate's part where float64 is judged by float32; see Allowance."""
        curved = self.case.spec.activation in ("tanh", "sigmoid")  # others may be exact in float32
        if not curved or (self.computed, self.dtype) != ("float64", "float32"):
            return None
        return tuple(k for k, axis in enumerate(axes) if axis != "gate")

    def within(self, tensor: Tensor) -> bool:
        """Say whether a tensor is within its allowance, without counting it."""
        return not judge(tensor, Tally()).wrong.any()

    def compare(self, claim: str, tensors: Iterable[Tensor]) -> None:
        """Raise CheckFailure unless every tensor is within the allowance; see compare."""
        __tracebackhide__ = True
        compare(claim, list(tensors), self.dtype, self.tally)


def with_large_inputs(case: Case) -> Case:
    """Return the case with inputs that saturate every gate; products with weights stay exact."""
    return replace(case, x=case.x * LARGE)


def floats(array: Array) -> NDArray[np.float64]:
    """Return an array as float64."""
    return np.asarray(array, np.float64)

"""The gradients of mistakes that offer none: those that automatic differentiation takes of them.

Who hands back (c, h), or starts every step from zeros, in a framework with automatic differentiation
made one mistake, and its gradients are the slopes of what was computed. They are taken by complex steps
(Squire, W. and Trapp, G. (1998), Using complex variables to estimate derivatives of real functions), one
run for each number that is differentiated by: only of mistakes that were found in forward calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from rnncheck.grading.asked import offers
from rnncheck.grading.by_the_book import LABEL
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec

STEP = 1e-30
MOST = 20_000  # numbers that are differentiated by, times steps


def differentiated(known: Iterable[Mistake], spec: Spec, call: str) -> Iterator[Mistake]:
    """Yield those mistakes that do not offer a vjp, with the gradients of what they compute."""
    for mistake in known:
        if call not in offers(mistake.bind, spec):
            yield replace(mistake, id=mistake.id + LABEL, bind=_differentiating(mistake.bind))


def _differentiating(bind: Bind) -> Bind:
    def bound(
        spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        made: Any = Differentiated(bind, bind(spec, params, dtype, device), params)
        implementation: Implementation = made
        return implementation

    return bound


class Differentiated:
    """An implementation and the slopes of its forward calls."""

    def __init__(self, bind: Bind, inner: Implementation, params: Mapping[str, Array]) -> None:
        """Take its calls."""
        self.spec, self.facts = inner.spec, dict[str, Any]()
        self.step, self.sequence = inner.step, inner.sequence
        calls = {"step", "sequence"} & inner.claims
        self.claims = inner.claims | {f"{call}_vjp" for call in calls}
        self._bind, self._params = bind, {name: np.asarray(a) for name, a in params.items()}

    def step_vjp(
        self, x: Array, state: Any, d_outputs: Array, d_state: Mapping[str, Array]
    ) -> Arrays:
        """Return the gradients of one step."""
        return self._slopes("step", x, state, d_outputs, d_state, ())

    def sequence_vjp(
        self, x: Array, state: Any, d_outputs: Array, d_state: Mapping[str, Array], *more: Any
    ) -> Arrays:
        """Return the gradients of a sequence."""
        return self._slopes("sequence", x, state, d_outputs, d_state, more)

    def _slopes(
        self,
        call: str,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
        more: tuple[Any, ...],
    ) -> Arrays:
        given = {**self._params, "x": x} | {f"state.{n}": a for n, a in (state or {}).items()}
        if len(x) * sum(array.size for array in given.values()) > MOST:
            raise Fault("error", f"more than {MOST} runs of a step would be needed")

        def loss(arrays: Arrays) -> complex:
            own = {name: arrays[name] for name in self._params}
            bound = self._bind(self.spec, own, "complex128", "cpu")
            start = group(arrays, "state") if state is not None else None
            result = getattr(bound, call)(arrays["x"], start, *more)
            total = np.sum(d_outputs * result["outputs"])
            total += sum(np.sum(a * result[f"state.{n}"]) for n, a in d_state.items())
            return complex(total)

        with np.errstate(all="ignore"):
            return {f"d.{name}": _slope(loss, given, name) for name in given}


def _slope(loss: Callable[[Arrays], complex], given: Arrays, name: str) -> Array:
    found = np.zeros(given[name].shape)
    for place in np.ndindex(found.shape):
        moved = given[name].astype(np.complex128)
        moved[place] += STEP * 1j
        found[place] = loss({**given, name: moved}).imag / STEP
    return found

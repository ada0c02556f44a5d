"""Mistakes as they show in single steps: with gradients copied from a book, or made in a loop.

What a step remembers is what it computed, so the gradients are those of the right equations at wrong
numbers. mistakes.cells.unaware yields them for mistakes that have a cell of their own; these are
for those that change parameters or a spec, and for whoever takes the slope of tanh from h.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from rnncheck.mistakes.base import Mistake, Variation
from rnncheck.mistakes.cells import UNAWARE, Celled, celled
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.cells import Forward, cell_of

LABEL = "; in one step"


def by_the_book(known: Iterable[Mistake]) -> Iterator[Mistake]:
    """Yield the mistakes of a step's forward pass with gradients of the right equations."""
    for mistake in known:
        forward = _forward_of(mistake)
        if forward is not None:
            wrong = celled(forward, _backward)
            yield replace(mistake, id=mistake.id + LABEL, what=mistake.what + UNAWARE, bind=wrong)


def _forward_of(mistake: Mistake) -> Forward | None:
    """Return what a mistake computes in one step; None where it is no mistake of a step."""
    bind: object = mistake.bind
    if not isinstance(bind, type) or not issubclass(bind, Variation):
        return None
    if issubclass(bind, Celled):
        return bind.forward
    own = (bind.inner_params, bind.inner_spec) != (Variation.inner_params, Variation.inner_spec)
    return _varied(bind) if own and bind.varied is Variation.varied else None


def _varied(kind: type[Variation]) -> Forward:
    def forward(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
        wrong = kind(spec, dict(params))
        other = wrong.inner_spec(spec)
        return cell_of(other).forward(other, wrong.inner_params(spec), x, state)

    return forward


def _backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    if spec.cell == "elman" and spec.activation == "tanh":  # 1 - h**2, whatever h came from
        slope = (1 - trace["h"] ** 2) / (1 - np.tanh(trace["a"]) ** 2)
        d_state = {**d_state, "h": d_state["h"] * slope}
    new = {"lstm": "g", "gru": "n"}.get(spec.cell, "")
    if new and spec.activation == "tanh" and np.all(np.abs(trace[new]) < 1):
        trace = {**trace, f"a_{new}": np.arctanh(trace[new])}
    return cell_of(spec).backward(spec, params, x, state, trace, d_state)


class SingleStep(Variation):
    """A mistake of a loop, made in a loop of one step."""

    kind: ClassVar[type[Variation]]

    def __init__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> None:
        """Bind the loop."""
        super().__init__(spec, params, dtype, device)
        self.loop = self.kind(spec, params, dtype, device)
        self.claims = self.claims & self.loop.claims

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute a sequence of one step."""
        found = self.loop.sequence(x[None], state)
        return {**found, "outputs": found["outputs"][0]}

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of a sequence of one step."""
        found = self.loop.sequence_vjp(x[None], state, d_outputs[None], d_state)
        return {**found, "d.x": found["d.x"][0]}


def single_steps(known: Iterable[Mistake]) -> Iterator[Mistake]:
    """Yield the mistakes of loops as they show in one step."""
    for mistake in known:
        kind: object = mistake.bind
        if isinstance(kind, type) and issubclass(kind, Variation) and not issubclass(kind, Celled):
            loop: type[SingleStep] = type("OneStep", (SingleStep,), {"kind": kind})
            yield replace(mistake, id=mistake.id + LABEL, bind=loop)

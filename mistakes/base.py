"""What a mistake is, and the reference to vary: calls handed on unchanged unless overridden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays, state_shapes
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind

TEACHING = "known from teaching"


def always(spec: Spec) -> bool:
    """Say that a mistake can be made with any spec."""
    del spec
    return True


def one_layer(spec: Spec) -> bool:
    """Say whether a network is one layer in one direction."""
    return len(spec.hidden_sizes) == 1 and spec.directions == ("forward",)


@dataclass(frozen=True)
class Mistake:
    """A known wrong implementation.

    Attributes:
        id: in words.
        what: the mistake as a clause, for a report.
        hint: what to look at, without the answer.
        bind: makes the wrong implementation; a protocol Bind.
        applies: whether it can be made with a spec.
        source: where it was seen, an issue or pull request where one is known.
        also: other mistakes, in words, that give the same numbers.
    """

    id: str
    what: str
    hint: str
    bind: Bind
    applies: Callable[[Spec], bool] = always
    source: str = TEACHING
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """The arguments of a sequence: x (T, B, D), state, lengths, mask and those of dropout."""

    x: Array
    state: Mapping[str, Array] | None
    lengths: Array | None
    mask: Array | None
    dropout: Mapping[str, Array] | None

    def run(self, implementation: Implementation) -> Arrays:
        """Return what an implementation makes of them."""
        return implementation.sequence(self.x, self.state, self.lengths, self.mask, self.dropout)

    def without_rows(self) -> Self:
        """Return them as if every step counted."""
        return replace(self, lengths=None, mask=None)


@dataclass(frozen=True)
class GivenBack(Given):
    """The arguments of a vjp of a sequence: the same, and the upstream gradients."""

    d_outputs: Array
    d_state: Mapping[str, Array]

    def gradients(self, implementation: Implementation) -> Arrays:
        """Return the gradients that an implementation gives."""
        return implementation.sequence_vjp(
            self.x,
            self.state,
            self.d_outputs,
            self.d_state,
            self.lengths,
            self.mask,
            self.dropout,
        )


class Variation:
    """The reference behind the protocol; a mistake overrides what it gets wrong.

    Attributes:
        reference: what it binds as the right implementation.
        wraps: whether all that it computes comes from there.
        by_steps: whether it goes from step to step by itself. What a step hands to the next is
            whole then, a c that spec.cell_state hides too.
        inner: the reference, bound to the same spec and parameters.
        params: the parameters.
    """

    without: frozenset[str] = frozenset()
    by_steps = False
    reference: Bind = staticmethod(bind)
    wraps = True

    def __init__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> None:
        """Bind the reference."""
        self.spec, self.params, self.dtype = spec, dict(params), dtype
        self.inner = self.reference(self.inner_spec(spec), self.inner_params(spec), dtype, device)
        self.claims = self.inner.claims - self.without
        self.facts: dict[str, Any] = {}

    def inner_spec(self, spec: Spec) -> Spec:
        """Return the spec that the reference is bound to."""
        return spec

    def inner_params(self, spec: Spec) -> Arrays:
        """Return the parameters that the reference is bound to."""
        del spec
        return self.params

    def params_back(self, gradients: Arrays) -> Arrays:
        """Turn gradients of inner_params into gradients of params; entries "d.<parameter>"."""
        return gradients

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return self.inner.step(x, state)

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Compute a sequence."""
        given = Given(x, self._with_c(state, x.shape[1]), lengths, mask, dropout)
        return self._without_c(self._whole().varied(given))

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step."""
        return self.params_back(self.inner.step_vjp(x, state, d_outputs, d_state))

    def sequence_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Return the gradients of a sequence."""
        start, end = (self._with_c(parts, x.shape[1]) for parts in (state, d_state))
        given = GivenBack(x, start, lengths, mask, dropout, d_outputs, end or {})
        return self._without_c(self._whole().varied_vjp(given))

    def _hides(self) -> bool:
        return self.by_steps and self.spec.cell_state == "hidden"

    def _whole(self) -> Variation:
        """Return the same mistake in a network that shows c, where it needs one."""
        if not self._hides():
            return self
        return type(self)(self.spec.with_(cell_state="shown"), self.params, self.dtype)

    def _with_c(self, state: Mapping[str, Array] | None, batch: int) -> Mapping[str, Array] | None:
        """Return a state with the c of zeros that such a network is to be handed."""
        if state is None or not self._hides():
            return state
        shapes = state_shapes(self.spec.with_(cell_state="shown"), batch)
        return {part: np.zeros(shape, self.dtype) for part, shape in shapes.items()} | dict(state)

    def _without_c(self, results: Arrays) -> Arrays:
        hidden = ("state.c", "d.state.c") if self._hides() else ()
        return {name: array for name, array in results.items() if name not in hidden}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; what a mistake of the forward pass overrides."""
        return given.run(self.inner)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of a sequence; what a mistake of the backward pass overrides."""
        return self.params_back(given.gradients(self.inner))

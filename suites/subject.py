"""The implementation under check: bound to a case, and bound again where a check varies it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays, result_shapes
from rnncheck.protocol.results import usable
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import LARGE, Case
from rnncheck.suites.precision import PRECISIONS

CELL_STATE = "trace.c"  # of every step, where the last one is no part of the state


class Subject:
    """An implementation bound to a case, itself an Implementation.

    Arguments are cast to the dtype and handed out as copies. `shapes` collects, over all calls,
    the names that came back in another shape than asked for.
    """

    def __init__(self, bind: Bind, case: Case, dtype: str = "float64", device: str = "cpu") -> None:
        """Bind to the parameters of the case."""
        self._bind, self.case, self.dtype, self.device = bind, case, dtype, device
        self.bound = self._bound(case.spec, case.params)
        self.shapes: dict[str, Any] = {}

    def _bound(self, spec: Spec, params: Mapping[str, Array]) -> Implementation:
        cast = {name: self._cast(array) for name, array in params.items()}
        return self._bind(spec, cast, self.dtype, self.device)

    @property
    def spec(self) -> Spec:
        """The network."""
        return self.bound.spec

    @property
    def claims(self) -> frozenset[str]:
        """What the implementation offers."""
        return self.bound.claims

    @property
    def facts(self) -> dict[str, Any]:
        """What the last call showed beside numbers."""
        return self.bound.facts

    def hurry(self, seconds: float) -> None:
        """Give a call no more than so long, where it can be stopped: it runs in a worker."""
        bound: Any = self.bound
        if hasattr(bound, "seconds"):
            bound.seconds = seconds

    def rebind(
        self, spec: Spec | None = None, params: Mapping[str, Array] | None = None
    ) -> Subject:
        """Return the same implementation bound to another spec or other parameters."""
        other = object.__new__(Subject)
        other._bind, other.case, other.dtype = self._bind, self.case, self.dtype
        other.device, other.shapes = self.device, self.shapes
        other.bound = other._bound(spec or self.spec, params or self.case.params)
        return other

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        result = self.bound.step(self._cast(x), self._state(state))
        return self._noted("step", x, state, result)

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Compute a sequence."""
        given = (self._cast(x), self._state(state), _copy(lengths), _copy(mask))
        result = self.bound.sequence(*given, self._masks(dropout))
        return self._noted("sequence", x, state, result, dropout)

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step."""
        upstream = self._state(d_state) or {}
        result = self.bound.step_vjp(
            self._cast(x), self._state(state), self._cast(d_outputs), upstream
        )
        return self._noted("step_vjp", x, state, result)

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
        result = self.bound.sequence_vjp(
            self._cast(x),
            self._state(state),
            self._cast(d_outputs),
            self._state(d_state) or {},
            _copy(lengths),
            _copy(mask),
            self._masks(dropout),
        )
        return self._noted("sequence_vjp", x, state, result, dropout)

    def run_case(self) -> Arrays:
        """Compute the sequence of the case."""
        case = self.case
        return self.sequence(case.handed, case.state, case.lengths, case.mask, self.dropout())

    def case_gradients(self) -> Arrays:
        """Compute the gradients of the case; large ones after small ones, of which nothing is left."""
        if self.case.record.upstream == "large":
            self._gradients(1 / LARGE)
        return self._gradients(1.0)

    def _gradients(self, scale: float) -> Arrays:
        case = self.case
        return self.sequence_vjp(
            case.x,
            case.state,
            scale * case.d_outputs,
            {part: scale * array for part, array in case.d_state.items()},
            case.lengths,
            case.mask,
            self.dropout(),
        )

    def dropout(self) -> Arrays | None:
        """Return what training on the case hands over: its masks or a seed; None for no training."""
        if self.case.dropout is None or "dropout_given" in self.claims:
            return self.case.dropout
        return {"seed": np.array(self.case.record.seed, np.int64)}

    def _cast(self, array: Array) -> Array:
        return PRECISIONS[self.dtype].rounded(array)

    def _state(self, state: Mapping[str, Array] | None) -> Arrays | None:
        return None if state is None else {part: self._cast(a) for part, a in state.items()}

    def _masks(self, dropout: Mapping[str, Array] | None) -> Arrays | None:
        if dropout is None or "seed" in dropout:
            return None if dropout is None else dict(dropout)
        return self._state(dropout)

    def _noted(
        self,
        call: str,
        x: Array,
        state: Mapping[str, Array] | None,
        result: Arrays,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Return what was asked for, in its shape, and remember shapes that were put right."""
        drawn = dropout is not None and "seed" in dropout
        shapes = result_shapes(self.spec, call, x.shape[0], x.shape[-2], drawn=drawn)
        if state is None:  # there is no gradient of a state that was not given
            shapes = {name: s for name, s in shapes.items() if not name.startswith("d.state.")}
        if CELL_STATE in result and self.spec.cell_state == "hidden":
            shapes[CELL_STATE] = (x.shape[0], x.shape[-2], self.spec.hidden_sizes[0])
        right, seen = usable(self.spec, call, shapes, result)
        self.shapes |= seen["shapes"] | self.facts.get("shapes", {})
        return right


def _copy(array: Array | None) -> Array | None:
    return None if array is None else array.copy()

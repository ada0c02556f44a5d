"""The reference behind the protocol: bind, and the four calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.protocol.claims import CLAIMS, OPERATION_CALLS, claims
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import (
    Array,
    Arrays,
    dropout_keep,
    dropout_shapes,
    outputs_width,
    parameter_shapes,
    prefixes,
    state_shapes,
)
from rnncheck.protocol.spec import Dropout, Spec, SpecError
from rnncheck.reference import steps
from rnncheck.reference.arguments import check_input, check_named, check_names, check_shape
from rnncheck.reference.arrays import Given, Named, Numbers, cast, cast_all, prefixed
from rnncheck.reference.cells import Cell, cell_of
from rnncheck.reference.loop import Loop
from rnncheck.reference.network import Network, Pass
from rnncheck.reference.padding import valid_steps


def claims_of(spec: Spec) -> frozenset[str]:
    """Return what the reference offers for a spec: all that fits it."""
    unfit = {"cuda", "bfloat16", "dropout_drawn", *OPERATION_CALLS}
    if spec.dropout == Dropout():
        unfit |= {"dropout", "dropout_given"}
    if len(spec.directions) > 1:
        unfit |= {"step", "step_vjp"}
    if spec.padding.mask != "any":
        unfit.add("mask")
    if spec.padding.zero_length != "initial":
        unfit.add("zero_length")
    return claims(CLAIMS.keys() - unfit)


class ReferenceImplementation:
    """The protocol over a Network; a wrong implementation is this one with a piece replaced.

    Beside the protocol's calls it computes in float16, complex128 and on object arrays of mpmath
    numbers. A trace has a name for each intermediate value: those of the cell's module, and "o_in"
    of the dense layer; (T, B, ...) of a sequence and (B, ...) of a step. At steps that are not
    valid a trace shows the carried state, and zeros for everything else.

    Without dropout masks nothing is dropped, whatever spec.dropout says: that is evaluation. With
    masks, bound or given to a call, it is training; none is drawn. Those that are bound are factors,
    applied as they are; a step takes those of T = 1.
    """

    def __init__(
        self,
        spec: Spec,
        params: Mapping[str, Array],
        dtype: str = "float64",
        *,
        cell: Cell | None = None,
        loop: Loop | None = None,
        masks: Mapping[str, Array] | None = None,
    ) -> None:
        """Bind to parameters.

        Args:
            spec: the network.
            params: every parameter of names.parameter_shapes(spec).
            dtype: one of arrays.DTYPES; parameters are cast once, other arguments at each call.
            cell: in place of the cell that the spec names.
            loop: in place of the time loop over that cell.
            masks: of dropout, every one of names.dropout_shapes, holding 0 or 1 / keep; None to
                drop nothing. Their shapes are checked at each call.

        Raises:
            SpecError: the dtype is not one of arrays.DTYPES.
            ValueError: a parameter or a mask is missing or unknown, or a parameter has another
                shape.
        """
        check_named("params", params, parameter_shapes(spec))
        self.spec = spec
        self.dtype = dtype
        self.params = cast_all(params, dtype)
        if masks is not None:
            check_names("masks", masks, dropout_shapes(spec, 0, 0))
        dropped = cast_all(masks or {}, dtype)
        self.network = Network(spec, loop or Loop(cell or cell_of(spec)), dropped)
        self.claims = claims_of(spec)
        self.facts: dict[str, Any] = {}

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step: x (B, D); gives "outputs", "state.<part>" and "trace.<name>"."""
        batch = check_input(self.spec, x, "BD")[0]
        outputs, new, trace = steps.forward(
            self.spec,
            self.network.loop.cell,
            self.params,
            cast(x, self.dtype),
            self.start(state, batch),
            self.step_masks(batch),
        )
        shown = prefixed("state.", self.shown(new))
        return {"outputs": outputs} | shown | prefixed("trace.", trace)

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Compute a sequence: x (T, B, D); no lengths and no mask mean that all steps are valid."""
        if dropout is not None:
            return self.training(dropout).sequence(x, state, lengths, mask)
        run, _ = self.run(x, state, lengths, mask)
        results = {"outputs": run.outputs} | prefixed("state.", self.shown(run.state))
        return results | prefixed("trace.", run.trace)

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of sum(d_outputs * outputs) + sum(d_state * new state)."""
        batch = check_input(self.spec, x, "BD")[0]
        gradients = steps.backward(
            self.spec,
            self.network.loop.cell,
            self.params,
            cast(x, self.dtype),
            self.start(state, batch),
            self.step_masks(batch),
            *self.upstream(d_outputs, d_state, (batch,)),
        )
        return self.shown(gradients, "d.state.")

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
        """Return the gradients of sum(d_outputs * outputs) + sum(d_state * final state)."""
        if dropout is not None:
            bound = self.training(dropout)
            return bound.sequence_vjp(x, state, d_outputs, d_state, lengths, mask)
        run, valid = self.run(x, state, lengths, mask)
        upstream = self.upstream(d_outputs, d_state, valid.shape)
        return self.shown(self.network.backward(self.params, run, valid, *upstream), "d.state.")

    def training(self, kept: Mapping[str, Array]) -> ReferenceImplementation:
        """Return the same bound to dropout masks, given as 1 for kept and 0 for dropped."""
        masks = {n: cast(a, self.dtype) / dropout_keep(self.spec, n) for n, a in kept.items()}
        loop = self.network.loop
        return ReferenceImplementation(self.spec, self.params, self.dtype, loop=loop, masks=masks)

    def run(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        lengths: Array | None,
        mask: Array | None,
    ) -> tuple[Pass, Numbers]:
        """Run forward and return the pass and which steps (T, B) are valid."""
        length, batch = check_input(self.spec, x, "TBD")
        valid = valid_steps(self.spec.padding, length, batch, lengths, mask)
        self.dropout_masks(length, batch)
        start = self.start(state, batch)
        return self.network.forward(self.params, cast(x, self.dtype), start, valid), valid

    def start(self, state: Mapping[str, Array] | None, batch: int) -> Named:
        """Return the initial state in the bound dtype; None means zeros."""
        shapes = state_shapes(self.spec, batch)
        if state is None:
            return self.whole({part: np.zeros(s, self.dtype) for part, s in shapes.items()})
        check_named("state", state, shapes)
        return self.whole(cast_all(state, self.dtype))

    def whole(self, state: Named) -> Named:
        """Return a state with the parts that spec.cell_state hides, which are zero."""
        if self.spec.cell_state == "shown":
            return state
        batch = next(iter(state.values())).shape[0]
        shapes = state_shapes(self.spec.with_(cell_state="shown"), batch)
        return {part: np.zeros(shape, self.dtype) for part, shape in shapes.items()} | state

    def shown(self, named: Named, start: str = "") -> Named:
        """Return arrays without the parts of a state that spec.cell_state hides."""
        if self.spec.cell_state == "shown":
            return named
        hidden = {f"{start}{prefix}c" for prefix in prefixes(self.spec)}
        return {name: array for name, array in named.items() if name not in hidden}

    def dropout_masks(self, length: int, batch: int) -> Given:
        """Return the dropout masks, none in evaluation, held to the shapes of a call."""
        masks = self.network.masks
        if masks:
            check_named("masks", masks, dropout_shapes(self.spec, length, batch))
        return masks

    def step_masks(self, batch: int) -> Named:
        """Return the dropout masks of one step, each (B, W).

        Raises:
            SpecError: they are those of gates, which only a sequence has.
        """
        if self.network.masks and self.spec.dropout.draw == "gate":
            raise SpecError("masks drawn once for each gate are those of a sequence, not of a step")
        return {name: a.reshape(a.shape[-2:]) for name, a in self.dropout_masks(1, batch).items()}

    def upstream(
        self, d_outputs: Array, d_state: Mapping[str, Array], lead: tuple[int, ...]
    ) -> tuple[Numbers, Named]:
        """Return the upstream gradients in the bound dtype."""
        check_shape("d_outputs", d_outputs, (*lead, outputs_width(self.spec)))
        check_named("d_state", d_state, state_shapes(self.spec, lead[-1]))
        return cast(d_outputs, self.dtype), self.whole(cast_all(d_state, self.dtype))


def bind(
    spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
) -> ReferenceImplementation:
    """Bind the reference; see ReferenceImplementation.

    Raises:
        Fault: the device is not "cpu".
    """
    if device != "cpu":
        raise Fault("absent", f"device is {device!r}; the NumPy reference runs on 'cpu' only")
    return ReferenceImplementation(spec, params, dtype)

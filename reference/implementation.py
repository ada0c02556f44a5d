"""The reference behind the protocol: bind, and the four calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.protocol.claims import CLAIMS, claims
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import (
    Array,
    Arrays,
    outputs_width,
    parameter_shapes,
    state_shapes,
)
from rnncheck.protocol.spec import Spec
from rnncheck.reference import steps
from rnncheck.reference.arguments import check_input, check_named, check_shape
from rnncheck.reference.arrays import Named, Numbers, cast, cast_all, prefixed
from rnncheck.reference.cells import Cell, cell_of
from rnncheck.reference.loop import Loop
from rnncheck.reference.network import Network, Pass
from rnncheck.reference.padding import valid_steps


def claims_of(spec: Spec) -> frozenset[str]:
    """Return what the reference offers for a spec: all that fits it."""
    unfit = {"cuda"}
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
    """

    def __init__(
        self,
        spec: Spec,
        params: Mapping[str, Array],
        dtype: str = "float64",
        *,
        cell: Cell | None = None,
        loop: Loop | None = None,
    ) -> None:
        """Bind to parameters.

        Args:
            spec: the network.
            params: every parameter of names.parameter_shapes(spec).
            dtype: one of arrays.DTYPES; parameters are cast once, other arguments at each call.
            cell: in place of the cell that the spec names.
            loop: in place of the time loop over that cell.

        Raises:
            SpecError: the spec or dtype asks for what is not implemented.
            ValueError: a parameter is missing, unknown or of another shape.
        """
        check_named("params", params, parameter_shapes(spec))
        self.spec = spec
        self.dtype = dtype
        self.params = cast_all(params, dtype)
        self.network = Network(spec, loop or Loop(cell or cell_of(spec)))
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
        )
        return {"outputs": outputs} | prefixed("state.", new) | prefixed("trace.", trace)

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
    ) -> Arrays:
        """Compute a sequence: x (T, B, D); no lengths and no mask mean that all steps are valid."""
        run, _ = self.run(x, state, lengths, mask)
        results = {"outputs": run.outputs} | prefixed("state.", run.state)
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
        return steps.backward(
            self.spec,
            self.network.loop.cell,
            self.params,
            cast(x, self.dtype),
            self.start(state, batch),
            *self.upstream(d_outputs, d_state, (batch,)),
        )

    def sequence_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
        lengths: Array | None = None,
        mask: Array | None = None,
    ) -> Arrays:
        """Return the gradients of sum(d_outputs * outputs) + sum(d_state * final state)."""
        run, valid = self.run(x, state, lengths, mask)
        upstream = self.upstream(d_outputs, d_state, valid.shape)
        return self.network.backward(self.params, run, valid, *upstream)

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
        start = self.start(state, batch)
        return self.network.forward(self.params, cast(x, self.dtype), start, valid), valid

    def start(self, state: Mapping[str, Array] | None, batch: int) -> Named:
        """Return the initial state in the bound dtype; None means zeros."""
        shapes = state_shapes(self.spec, batch)
        if state is None:
            return {part: np.zeros(shape, self.dtype) for part, shape in shapes.items()}
        check_named("state", state, shapes)
        return cast_all(state, self.dtype)

    def upstream(
        self, d_outputs: Array, d_state: Mapping[str, Array], lead: tuple[int, ...]
    ) -> tuple[Numbers, Named]:
        """Return the upstream gradients in the bound dtype."""
        check_shape("d_outputs", d_outputs, (*lead, outputs_width(self.spec)))
        check_named("d_state", d_state, state_shapes(self.spec, lead[-1]))
        return cast(d_outputs, self.dtype), cast_all(d_state, self.dtype)


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

"""The Jacobian of one step in the state, in three ways that share no code of a backward pass.

    J_t = d state_(t+1) / d state_t, (B, S, S), one S x S matrix a row

S is the width of the whole state: all parts side by side, in the order of names.state_shapes. Rows
do not see each other, so one call on B S rows moves every unit of every row. An implementation is
anything behind the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Arrays, group, outputs_width, state_shapes
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference.arrays import Numbers
from rnncheck.reference.differences import STEP

NUDGE = {"float64": 2.0**-17, "float32": 2.0**-8, "float16": 2.0**-4}  # cube root of precision

Jacobian = Callable[[Implementation, Numbers, Numbers], Numbers]
"""(implementation, x (B, D), packed state (B, S)) -> (B, S, S)."""


def pack(state: Mapping[str, Numbers], spec: Spec) -> Numbers:
    """Return the parts of a state side by side, (B, S)."""
    return np.concatenate([state[part] for part in state_shapes(spec, 1)], axis=1)


def unpack(packed: Numbers, spec: Spec) -> Arrays:
    """Return the parts of a packed state (B, S)."""
    shapes = state_shapes(spec, len(packed))
    cuts = np.cumsum([width for _, width in shapes.values()])[:-1]
    return dict(zip(shapes, np.split(packed, cuts, axis=1), strict=True))


def advance(implementation: Implementation, x: Numbers, packed: Numbers) -> Numbers:
    """Return the packed state after one step; as `step`."""
    return step(implementation, x, packed)[1]


def step(implementation: Implementation, x: Numbers, packed: Numbers) -> tuple[Numbers, Numbers]:
    """Return outputs (B, W) and packed state of one step, a sequence of one if need be.

    Raises:
        SpecError: a direction is reverse, so that the network has no step.
    """
    spec = implementation.spec
    if spec.directions != ("forward",):
        raise SpecError(
            f"directions is {spec.directions!r}; the flow of gradients from step to step needs "
            "('forward',)"
        )
    state = unpack(packed, spec)
    if "step" in implementation.claims:
        results = implementation.step(x, state)
        return results["outputs"], pack(group(results, "state"), spec)
    results = implementation.sequence(x[None], state)
    return results["outputs"][0], pack(group(results, "state"), spec)


def by_complex_step(implementation: Implementation, x: Numbers, packed: Numbers) -> Numbers:
    """Return J of an implementation that computes in complex128; exact to rounding."""
    return both_by_complex_step(implementation, x, packed)[1]


def both_by_complex_step(
    implementation: Implementation, x: Numbers, packed: Numbers
) -> tuple[Numbers, Numbers]:
    """Return d outputs_t / d state_t, (B, W, S), and J."""
    rows, moves = _spread(x, packed)
    outputs, new = step(implementation, rows[0], rows[1] + 1j * STEP * moves)
    return _columns(np.imag(outputs) / STEP, packed), _columns(np.imag(new) / STEP, packed)


def by_differences(implementation: Implementation, x: Numbers, packed: Numbers) -> Numbers:
    """Return J by central differences of the forward pass alone.

    Good to some 9 digits, to 3 where the new state comes in float32.
    """
    rows, moves = _spread(x, packed)
    nudge = NUDGE[advance(implementation, x, packed).dtype.name]
    right = advance(implementation, rows[0], rows[1] + nudge * moves)
    left = advance(implementation, rows[0], rows[1] - nudge * moves)
    return _columns((right - left) / (2 * nudge), packed)


def by_step_vjp(implementation: Implementation, x: Numbers, packed: Numbers) -> Numbers:
    """Return J by the implementation's own gradients of one step."""
    spec = implementation.spec
    rows, ups = _spread(x, packed)
    nothing = np.zeros((len(ups), outputs_width(spec)))
    grads = implementation.step_vjp(rows[0], unpack(rows[1], spec), nothing, unpack(ups, spec))
    return pack(group(grads, "d.state"), spec).reshape(*packed.shape, -1)


def _spread(x: Numbers, packed: Numbers) -> tuple[tuple[Numbers, Numbers], Numbers]:
    """Return x and state with each row S times, (B S, ...), and for each of them a unit vector."""
    batch, width = packed.shape
    return (np.repeat(x, width, axis=0), np.repeat(packed, width, axis=0)), np.tile(
        np.eye(width), (batch, 1)
    )


def _columns(slopes: Numbers, packed: Numbers) -> Numbers:
    """Turn slopes (B S, ...), a column of a Jacobian each, into Jacobians (B, ..., S)."""
    return slopes.reshape(*packed.shape, -1).swapaxes(1, 2)

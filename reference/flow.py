"""Gradient flow: how much of the final state's gradient reaches each earlier state.

    d state_T / d state_t = J_(T-1) ... J_(t+1) J_t        (product of one-step Jacobians)
    dL / d state_t = J_t^T dL / d state_(t+1) + (d outputs_t / d state_t)^T dL / d outputs_t

Where the spectral norm of the product falls towards 0 with T - t the gradient vanishes, where it
grows without bound it explodes. Sources: Bengio, Y., Simard, P. and Frasconi, P. (1994), Learning
long-term dependencies with gradient descent is difficult; Pascanu, R., Mikolov, T. and Bengio, Y.
(2013), On the difficulty of training recurrent neural networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import group, outputs_width
from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Numbers
from rnncheck.reference.implementation import ReferenceImplementation
from rnncheck.reference.jacobians import (
    Jacobian,
    advance,
    both_by_complex_step,
    by_complex_step,
    pack,
    unpack,
)

VANISHED = 1e-4
EXPLODED = 1e2


@dataclass(frozen=True)
class Flow:
    """How the final state depends on each state before it; t counts from 0 to T.

    Attributes:
        jacobians: d state_T / d state_t, (T + 1, B, S, S); the last is the identity.
    """

    jacobians: Numbers

    @cached_property
    def norms(self) -> Numbers:
        """The spectral norms of the Jacobians, (T + 1, B); NaN where one is not finite."""
        known = np.asarray(np.isfinite(self.jacobians).all(axis=(2, 3)))
        usable = np.where(known[:, :, None, None], self.jacobians, 0.0)
        return np.where(known, np.linalg.norm(usable, 2, axis=(2, 3)), np.nan)

    @cached_property
    def largest(self) -> Numbers:
        """The largest norm over the rows, (T + 1,)."""
        return np.asarray(self.norms.max(axis=1))

    def verdicts(self) -> list[str]:
        """Return what became of the gradient at each t, in the words of `verdict`."""
        return [verdict(float(norm)) for norm in self.largest]


def verdict(norm: float) -> str:
    """Return "vanishing" below 1e-4, "exploding" above 1e2 or if not finite, else "flowing"."""
    if norm < VANISHED:
        return "vanishing"
    return "flowing" if norm <= EXPLODED else "exploding"


def states(implementation: Implementation, x: Numbers, state: Given) -> Numbers:
    """Return the packed states before each step and after the last, (T + 1, B, S)."""
    packed = [pack(state, implementation.spec)]
    for x_t in x:
        packed.append(advance(implementation, x_t, packed[-1]))
    return np.stack(packed)


def by_product(
    implementation: Implementation, x: Numbers, along: Numbers, jacobian: Jacobian
) -> Flow:
    """Return the flow as the product of one-step Jacobians.

    Args:
        implementation: what the Jacobians are of.
        x: (T, B, D).
        along: the states at which they are taken, (T + 1, B, S).
        jacobian: one of jacobians.by_complex_step, by_differences and by_step_vjp.
    """
    _, batch, width = along.shape
    product = np.tile(np.eye(width), (batch, 1, 1))
    flow = [product]
    for t in reversed(range(len(x))):
        product = product @ jacobian(implementation, x[t], along[t])
        flow.append(product)
    return Flow(np.stack(flow[::-1]))


def by_backward(implementation: Implementation, x: Numbers, along: Numbers) -> Flow:
    """Return the flow by the implementation's own BPTT from T back to each t."""
    spec = implementation.spec
    steps, batch, width = len(x), *along.shape[1:]
    flow = [np.tile(np.eye(width), (batch, 1, 1))]
    ups = unpack(np.tile(np.eye(width), (batch, 1)), spec)
    for t in reversed(range(steps)):
        rest = np.repeat(x[t:], width, axis=1)  # (T - t, B S, D)
        start = unpack(np.repeat(along[t], width, axis=0), spec)
        nothing = np.zeros((steps - t, batch * width, outputs_width(spec)))
        grads = implementation.sequence_vjp(rest, start, nothing, ups)
        flow.append(pack(group(grads, "d.state"), spec).reshape(batch, width, width))
    return Flow(np.stack(flow[::-1]))


def reference_flow(spec: Spec, params: Mapping[str, Numbers], x: Numbers, state: Given) -> Flow:
    """Return the right flow: the product of Jacobians by complex step, without any backward."""
    along = states(ReferenceImplementation(spec, params), x, state)
    exact = ReferenceImplementation(spec, params, "complex128")
    return by_product(exact, x, along, by_complex_step)


def loss_by_backward(
    implementation: Implementation, x: Numbers, along: Numbers, d_outputs: Numbers, d_state: Given
) -> Numbers:
    """Return dL / d state_t for each t from 0 to T, (T + 1, B, S), by BPTT from T back to t.

    Args:
        implementation: offers sequence_vjp.
        x: (T, B, D).
        along: the states, (T + 1, B, S).
        d_outputs: dL / d outputs (T, B, W).
        d_state: the gradient of the final state for itself.
    """
    spec = implementation.spec
    grads = [pack(d_state, spec)]
    for t in reversed(range(len(x))):
        start = unpack(along[t], spec)
        found = implementation.sequence_vjp(x[t:], start, d_outputs[t:], d_state)
        grads.append(pack(group(found, "d.state"), spec))
    return np.stack(grads[::-1])


def loss_by_product(
    spec: Spec,
    params: Mapping[str, Numbers],
    x: Numbers,
    along: Numbers,
    d_outputs: Numbers,
    d_state: Given,
) -> Numbers:
    """Return what `loss_by_backward` does, of the reference, by its one-step Jacobians."""
    exact = ReferenceImplementation(spec, params, "complex128")
    grads = [pack(d_state, spec)]
    for t in reversed(range(len(x))):
        shown, carried = both_by_complex_step(exact, x[t], along[t])
        now = np.einsum("bws,bw->bs", shown, d_outputs[t])
        grads.append(now + np.einsum("bus,bu->bs", carried, grads[-1]))
    return np.stack(grads[::-1])

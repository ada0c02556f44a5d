"""The shapes in which a recurrent network is used, and their gradients.

    sequence to sequence   x_0 .. x_T-1 -> y_0 .. y_T-1
    sequence to vector     x_0 .. x_T-1 -> the last valid y
    vector to sequence     v -> y_0 .. y_T-1; v is read at the first step, or at every step

The others: encoder_decoder, and generation for outputs of variable length. A network is anything
behind the protocol; arguments and results are those of its sequence and sequence_vjp, changed as
each function says. Source of the names: Karpathy, A. (2015), The unreasonable effectiveness of
recurrent neural networks.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import outputs_width
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.padding import valid_steps

State = Mapping[str, Numbers] | None


def sequence_to_sequence(
    network: Implementation, x: Numbers, state: State = None, lengths: Numbers | None = None
) -> Named:
    """Return "outputs" of every step (T, B, W) and the final "state.<part>"; x is (T, B, D)."""
    return network.sequence(x, state, lengths)


def sequence_to_sequence_vjp(
    network: Implementation,
    x: Numbers,
    state: State,
    d_outputs: Numbers,
    d_state: Given,
    lengths: Numbers | None = None,
) -> Named:
    """Return the gradients, given those of the outputs (T, B, W) and of the final state."""
    return network.sequence_vjp(x, state, d_outputs, d_state, lengths)


def sequence_to_vector(
    network: Implementation, x: Numbers, state: State = None, lengths: Numbers | None = None
) -> Named:
    """Return as "outputs" the last valid output of each row (B, W), in order of processing.

    A direction that runs from the end gives its output at step 0. A row of length 0 gives zeros.

    Raises:
        SpecError: a dense layer over two directions, which end at different steps.
    """
    last = _last(network.spec, x, lengths)
    results = network.sequence(x, state, lengths)
    outputs = np.where(last, results["outputs"], 0).sum(axis=0)  # (T, B, W) to (B, W)
    return {**results, "outputs": outputs}


def sequence_to_vector_vjp(
    network: Implementation,
    x: Numbers,
    state: State,
    d_outputs: Numbers,
    d_state: Given,
    lengths: Numbers | None = None,
) -> Named:
    """Return the gradients, given those of the vector (B, W) and of the final state."""
    last = _last(network.spec, x, lengths)
    d_steps = np.where(last, d_outputs, 0)  # (B, W) to (T, B, W)
    return network.sequence_vjp(x, state, d_steps, d_state, lengths)


def vector_to_sequence(
    network: Implementation,
    vector: Numbers,
    steps: int,
    state: State = None,
    every_step: bool = False,
) -> Named:
    """Return "outputs" (T, B, W) from one vector (B, D), and the final "state.<part>".

    Args:
        network: what reads the vector.
        vector: (B, D).
        steps: T, at least 1.
        state: the initial state; None for zeros.
        every_step: feed the vector at every step; else at step 0, and zeros after it.

    Raises:
        ValueError: there is no step.
    """
    return network.sequence(_fed(vector, steps, every_step), state)


def vector_to_sequence_vjp(
    network: Implementation,
    vector: Numbers,
    steps: int,
    state: State,
    d_outputs: Numbers,
    d_state: Given,
    every_step: bool = False,
) -> Named:
    """Return the gradients, that of the vector (B, D) as "d.x"."""
    grads = network.sequence_vjp(_fed(vector, steps, every_step), state, d_outputs, d_state)
    d_x = grads["d.x"]  # (T, B, D)
    return {**grads, "d.x": d_x.sum(axis=0) if every_step else d_x[0]}


def _last(spec: Spec, x: Numbers, lengths: Numbers | None) -> Numbers:
    """Return where the last valid output of each row is, (T, B, W) bool."""
    if spec.output_size and len(spec.directions) > 1:
        raise SpecError(
            "a dense layer over two directions has no last output: they end at different steps; "
            "use output_size=0, or one direction"
        )
    valid = valid_steps(spec.padding, x.shape[0], x.shape[1], lengths)
    width = outputs_width(spec) // len(spec.directions)
    parts = []
    for direction in spec.directions:
        onward = valid[::-1] if direction == "forward" else valid
        first = onward & (np.cumsum(onward, axis=0) == 1)  # (T, B), from the end of the row
        at = first[::-1] if direction == "forward" else first
        parts.append(np.repeat(at[:, :, None], width, axis=2))
    return np.concatenate(parts, axis=2)


def _fed(vector: Numbers, steps: int, every_step: bool) -> Numbers:
    if steps < 1:
        raise ValueError(f"steps is {steps}; a sequence from a vector has at least 1")
    x = np.repeat(vector[None], steps, axis=0)  # (B, D) to (T, B, D)
    if not every_step:
        x[1:] = 0
    return x

"""Outputs of variable length: a network fed with its own outputs until it gives an end token.

At each step the unit with the largest output is the token, and comes back as the next input,
one-hot; of equal outputs the first wins. Choosing has no gradient: that of a generated sequence is
the gradient at the tokens chosen, sequence_vjp(x, state, ..., lengths) of the x and lengths below.
A decoder goes on from an encoder in the same way: give encoder_decoder.handed(...) as state.
Source: Graves, A. (2013), Generating sequences with recurrent neural networks (which samples where
this takes the largest).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import group, outputs_width, state_shapes
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference.arrays import Named, Numbers, choose_rows, keep_rows


@dataclass(frozen=True)
class Generated:
    """What a network has written; T is the length of the longest row.

    Attributes:
        tokens: (T, B) int64, the end token included; -1 past a row's end.
        lengths: (B,) int64, steps of each row, that of the end token included.
        outputs: (T, B, W), zeros past a row's end.
        state: the state after each row's last step.
        x: (T, B, D), the inputs that were read, one-hot; zeros past a row's end.
    """

    tokens: Numbers
    lengths: Numbers
    outputs: Numbers
    state: Named
    x: Numbers


def generate(
    network: Implementation,
    first: Numbers,
    end: int,
    most: int,
    state: Mapping[str, Numbers] | None = None,
) -> Generated:
    """Generate greedily from first tokens, each row until its end token or `most` steps.

    Args:
        network: as many outputs as inputs, a unit for each token; one step at a time.
        first: (B,) whole numbers, the tokens read at step 0.
        end: the token that ends a row.
        most: of steps, at least 1.
        state: the initial state; None for zeros.

    Raises:
        SpecError: the widths differ, or the network has no step.
        ValueError: there is no row, a token is not one of 0 to W - 1, or most is below 1.
    """
    size = _vocabulary(network.spec)
    _check(size, first, end, most)
    tokens: list[Numbers] = []
    valid: list[Numbers] = []
    reads: list[Numbers] = []
    shown: list[Numbers] = []
    token, going = np.asarray(first), np.ones(len(first), dtype=bool)
    zeros = {
        part: np.zeros(shape) for part, shape in state_shapes(network.spec, len(first)).items()
    }
    now = zeros if state is None else dict(state)
    while going.any() and len(tokens) < most:
        read = keep_rows(going, np.eye(size)[token])  # (B, D)
        results = network.step(read, now)
        new = group(results, "state")
        now = {part: choose_rows(going, new[part], now[part]) for part in now}
        token = np.where(going, np.argmax(np.real(results["outputs"]), axis=1), token)
        tokens.append(np.where(going, token, -1))
        valid.append(going)
        reads.append(read)
        shown.append(keep_rows(going, results["outputs"]))
        going = going & (token != end)
    lengths = np.sum(valid, axis=0)
    return Generated(np.stack(tokens), lengths, np.stack(shown), now, np.stack(reads))


def _vocabulary(spec: Spec) -> int:
    width = outputs_width(spec)
    if width != spec.input_size or spec.directions != ("forward",):
        raise SpecError(
            f"the network has {width} outputs, {spec.input_size} inputs and the directions "
            f"{spec.directions!r}; to read what it writes it needs as many outputs as inputs and "
            "directions=('forward',)"
        )
    return width


def _check(size: int, first: Numbers, end: int, most: int) -> None:
    tokens = np.asarray(first)
    whole = tokens.ndim == 1 and tokens.size > 0 and tokens.dtype.kind in "iu"
    if not whole or any(token not in range(size) for token in (end, *tokens.tolist())):
        raise ValueError(
            f"first is {tokens.tolist()} and end is {end}; tokens are whole numbers from 0 to "
            f"{size - 1}, first has one for each row"
        )
    if most < 1:
        raise ValueError(f"most is {most}; at least 1 step is needed")

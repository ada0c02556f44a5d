"""An encoder whose final state starts a decoder, and the gradients of both.

    x_0 .. x_S-1 -> state -> y_0 .. y_T-1

The decoder reads inputs of its own; to feed it with what it writes, see generation. Both are
anything behind the protocol. Sources: Sutskever, I., Vinyals, O. and Le, Q. V. (2014), Sequence to
sequence learning with neural networks; Cho, K. et al. (2014), Learning phrase representations using
RNN encoder-decoder for statistical machine translation.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import group, outputs_width, state_shapes
from rnncheck.protocol.spec import SpecError
from rnncheck.reference.arrays import Given, Named, Numbers, prefixed

State = Mapping[str, Numbers] | None


def sequence(
    encoder: Implementation,
    decoder: Implementation,
    x: Numbers,
    fed: Numbers,
    state: State = None,
    lengths: Numbers | None = None,
    fed_lengths: Numbers | None = None,
) -> Named:
    """Return the decoder's results; it starts from the encoder's final state, whatever x's length.

    Args:
        encoder: reads x; of its results the final state alone is used.
        decoder: has the same parts of the state, of the same widths.
        x: (S, B, D), with lengths (B,).
        fed: the decoder's own inputs (T, B, D'), with fed_lengths (B,).
        state: the encoder's initial state; None for zeros.
        lengths: of x; None for all of it.
        fed_lengths: of fed; None for all of it.

    Raises:
        SpecError: the states differ.
    """
    return decoder.sequence(fed, handed(encoder, decoder, x, state, lengths), fed_lengths)


def sequence_vjp(
    encoder: Implementation,
    decoder: Implementation,
    x: Numbers,
    fed: Numbers,
    state: State,
    d_outputs: Numbers,
    d_state: Given,
    lengths: Numbers | None = None,
    fed_lengths: Numbers | None = None,
) -> Named:
    """Return the gradients of both, "d.encoder.<parameter>", "d.decoder.x" and so on.

    What the decoder gives for its initial state is the upstream gradient of the encoder's final
    state; the encoder's outputs have none. "d.decoder.state.<part>" is that gradient.

    Raises:
        SpecError: the states differ.
    """
    start = handed(encoder, decoder, x, state, lengths)
    behind = decoder.sequence_vjp(fed, start, d_outputs, d_state, fed_lengths)
    nothing = np.zeros((*x.shape[:2], outputs_width(encoder.spec)), d_outputs.dtype)
    before = encoder.sequence_vjp(x, state, nothing, group(behind, "d.state"), lengths)
    return prefixed("d.encoder.", group(before, "d")) | prefixed("d.decoder.", group(behind, "d"))


def handed(
    encoder: Implementation,
    decoder: Implementation,
    x: Numbers,
    state: State,
    lengths: Numbers | None,
) -> Named:
    """Return the encoder's final state, for a decoder or a generator to start from.

    Raises:
        SpecError: the decoder's state has other parts or widths.
    """
    gives, takes = (state_shapes(side.spec, x.shape[1]) for side in (encoder, decoder))
    if gives != takes:
        raise SpecError(
            f"the encoder ends in the state {gives}, the decoder starts from {takes}; give them "
            "the same cell, layers, directions and sizes"
        )
    return group(encoder.sequence(x, state, lengths), "state")

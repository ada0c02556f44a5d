"""Which steps are valid, and what the outputs are where a step is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnncheck.protocol.spec import Padding
from rnncheck.reference.arrays import Numbers, choose_rows, keep_rows


def valid_steps(
    rule: Padding,
    steps: int,
    batch: int,
    lengths: Numbers | None = None,
    mask: Numbers | None = None,
) -> Numbers:
    """Return which steps are valid, (T, B) bool; both arguments given means both must agree to it.

    Args:
        rule: the padding rule.
        steps: T.
        batch: B.
        lengths: (B,) whole numbers from 0 to T, or None.
        mask: (T, B) bool, or None.

    Raises:
        ValueError: a wrong shape, dtype or value; a hole in a mask where the rule is "right"; a
            row without a valid step where the rule calls that an error.
    """
    valid = np.ones((steps, batch), dtype=bool)
    if lengths is not None:
        valid &= np.arange(steps)[:, None] < _checked_lengths(lengths, steps, batch)  # (T, B)
    if mask is not None:
        valid &= _checked_mask(rule, mask, steps, batch)
    empty = np.flatnonzero(~valid.any(axis=0))
    if rule.zero_length == "error" and empty.size:
        raise ValueError(
            f"rows {empty.tolist()} have length 0, which padding.zero_length='error' refuses; "
            "give each row a valid step, or use the rule 'initial'"
        )
    return valid


def _checked_lengths(lengths: Numbers, steps: int, batch: int) -> Numbers:
    lengths = np.asarray(lengths)
    if lengths.shape != (batch,) or lengths.dtype.kind not in "iu":
        raise ValueError(
            f"lengths has shape {lengths.shape} and dtype {lengths.dtype}; "
            f"it must be ({batch},) whole numbers, one for each row"
        )
    if ((lengths < 0) | (lengths > steps)).any():
        raise ValueError(f"lengths is {lengths.tolist()}; each must be from 0 to T = {steps}")
    return lengths


def _checked_mask(rule: Padding, mask: Numbers, steps: int, batch: int) -> Numbers:
    mask = np.asarray(mask)
    if mask.shape != (steps, batch) or mask.dtype != bool:
        raise ValueError(
            f"mask has shape {mask.shape} and dtype {mask.dtype}; "
            f"it must be bool of shape ({steps}, {batch}), time first"
        )
    if rule.mask == "right" and (mask[1:] & ~mask[:-1]).any():
        raise ValueError(
            "the mask has a valid step after a masked one, which padding.mask='right' refuses; "
            "pad on the right only, or use the rule 'any'"
        )
    return mask


def fill(rule: Padding, outputs: Numbers, valid: Numbers, order: Sequence[int]) -> Numbers:
    """Return outputs (T, B, W) with the rule's values at steps that are not valid.

    "zero" gives zeros; "repeat" gives the output of the last valid step before it in `order`,
    the order of processing, and zeros before the first valid step.
    """
    filled = np.zeros_like(outputs)
    last = np.zeros(outputs.shape[1:], outputs.dtype)  # (B, W)
    for t in order:
        filled[t] = choose_rows(valid[t], outputs[t], last)
        if rule.outputs == "repeat":
            last = filled[t]
    return filled


def fill_backward(
    rule: Padding, d_filled: Numbers, valid: Numbers, order: Sequence[int]
) -> Numbers:
    """Return the gradient of the outputs, given that of `fill`'s; zeros where not valid."""
    d_outputs = np.zeros_like(d_filled)
    repeats = np.zeros(d_filled.shape[1:], d_filled.dtype)  # (B, W)
    for t in reversed(order):
        d_outputs[t] = keep_rows(valid[t], d_filled[t] + repeats)
        if rule.outputs == "repeat":
            repeats = keep_rows(~valid[t], d_filled[t] + repeats)
    return d_outputs

"""Lengths and masks that are misread, and states that padding still reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.protocol.spec import Spec
from rnncheck.reference.padding import valid_steps

_FORWARD = frozenset({"step_vjp", "sequence_vjp"})
G = TypeVar("G", bound=Given)


def _valid(spec: Spec, given: Given) -> Array:
    """Return which steps count, (T, B)."""
    steps, batch = given.x.shape[:2]
    return valid_steps(spec.padding, steps, batch, given.lengths, given.mask)


class FinalStateThroughPadding(Variation):
    """Outputs stop at the end of a row, the state runs on."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; its state is that of all steps."""
        state = group(given.without_rows().run(self.inner), "state")
        return given.run(self.inner) | {f"state.{p}": a for p, a in state.items()}


class MaskReadAsLengths(Variation):
    """Only the number of valid steps of a row counts, wherever they stand."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence as if all padding stood on the right."""
        if given.mask is None:
            return given.run(self.inner)
        lengths = given.mask.sum(axis=0).astype(np.int64)  # (B,)
        return replace(given, mask=None, lengths=lengths).run(self.inner)


class OneLengthForAllRows(Variation):
    """The first row's length is used for every row."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence under the first row's steps."""
        lengths = None if given.lengths is None else np.full_like(given.lengths, given.lengths[0])
        mask = given.mask
        if mask is not None:
            mask = np.broadcast_to(mask[:, :1], mask.shape).copy()
        return replace(given, lengths=lengths, mask=mask).run(self.inner)


class LengthsOffByOne(Variation):
    """The last valid step of a row is taken for padding."""

    without = frozenset({"mask"})

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence, each row one step shorter."""
        return _shorter(given).run(self.inner)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of a sequence, each row one step shorter."""
        return _shorter(given).gradients(self.inner)


def _shorter(given: G) -> G:
    """Return the arguments, each row one step shorter."""
    if given.lengths is None:
        return given
    return replace(given, lengths=np.maximum(given.lengths - 1, 0))


class EmptyRowIsZero(Variation):
    """A row without a valid step ends in zeros in place of its initial state."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        result = given.run(self.inner)
        empty: Array = ~np.asarray(_valid(self.spec, given).any(axis=0))  # (B,)
        state = group(result, "state")
        zeroed = {f"state.{p}": np.where(empty[:, None], 0, a) for p, a in state.items()}
        return {**result, **zeroed}


class MaskMultiplied(Variation):
    """Padding is multiplied by zero, which NaN survives."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; what stands in the padding enters as 0 times itself."""
        result = given.run(self.inner)
        valid = _valid(self.spec, given)
        with np.errstate(invalid="ignore"):
            spilled = (given.x * ~valid[:, :, None] * 0).sum(axis=(0, 2))  # (B,)
        state = group(result, "state")
        return {**result, **{f"state.{p}": a + spilled[:, None] for p, a in state.items()}}


class RowsLeftSorted(Variation):
    """Outputs stay in the order of falling lengths."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence and sort its rows."""
        result = given.run(self.inner)
        order = np.argsort(-_valid(self.spec, given).sum(axis=0), kind="stable")
        return {**result, "outputs": result["outputs"][:, order]}


class InitialStateNotSorted(Variation):
    """Rows are sorted by length, their initial states are not."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence from the initial states of other rows."""
        if given.state is None:
            return given.run(self.inner)
        order = np.argsort(-_valid(self.spec, given).sum(axis=0), kind="stable")
        back = np.argsort(order)
        state = {part: array[back] for part, array in given.state.items()}
        return replace(given, state=state).run(self.inner)


class GradientStopsAtPadding(Variation):
    """A padded step drops the gradient of the state that should pass it."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients without that of the final state in rows that end in padding."""
        valid = _valid(self.spec, given)
        ended = ~valid[-1 if self.spec.directions[0] == "forward" else 0]  # (B,)
        d_state = {p: np.where(ended[:, None], 0, a) for p, a in given.d_state.items()}
        return replace(given, d_state=d_state).gradients(self.inner)


def _one_way(spec: Spec) -> bool:
    return len(spec.directions) == 1


def _one_layer(spec: Spec) -> bool:
    return _one_way(spec) and len(spec.hidden_sizes) == 1


def _any_mask(spec: Spec) -> bool:
    return spec.padding.mask == "any"


def _right(spec: Spec) -> bool:
    return spec.padding.zero_length == "initial"


_END = "Look at what happens to the state at a step past the end of a row."
_SORT = "Look at every array that is sorted by length: which are put back?"

MISTAKES = (
    Mistake(
        "final_state_through_padding",
        "the final state is that of the last step, padding or not",
        _END,
        FinalStateThroughPadding,
        source="outputs[:, -1] of padded batches",
    ),
    Mistake(
        "mask_read_as_lengths",
        "a mask is read as if all padding stood on the right",
        "Try a mask with a gap inside.",
        MaskReadAsLengths,
        _any_mask,
        "Keras's cuDNN path",
    ),
    Mistake(
        "one_length_for_all_rows",
        "every row is cut at the length of the first",
        "Look at the shapes when lengths and steps are compared.",
        OneLengthForAllRows,
        source="TensorFlow #45035",
    ),
    Mistake(
        "lengths_off_by_one",
        "each row loses its last step",
        "Is step t of a row of length t still valid? Count from zero.",
        LengthsOffByOne,
    ),
    Mistake(
        "empty_row_is_zero",
        "a row of length 0 ends in zeros",
        "What is the state of a row that has no step?",
        EmptyRowIsZero,
        _right,
        "TensorFlow #43103, #36139, #33148",
    ),
    Mistake(
        "mask_multiplied",
        "padding is multiplied by zero in place of left out",
        "Choose between old and new state with where, not with a product.",
        MaskMultiplied,
    ),
    Mistake(
        "rows_left_sorted",
        "outputs stay sorted by length",
        _SORT,
        RowsLeftSorted,
        source="torch #4927, #15225; mlverse torch #499",
    ),
    Mistake(
        "initial_state_not_sorted",
        "rows are sorted by length, their initial states are not",
        _SORT,
        InitialStateNotSorted,
        source="torch #4927, #15225; mlverse torch #499",
    ),
    Mistake(
        "gradient_stops_at_padding",
        "a padded step drops the gradient of the state",
        "Look at the backward of a padded step: what passes through?",
        GradientStopsAtPadding,
        _one_layer,
    ),
)

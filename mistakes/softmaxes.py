"""Softmax over the wrong numbers: of other rows, of other steps, or of all."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.mistakes.base import Given, Mistake, Variation
from rnncheck.mistakes.base_operation import Backward, Forward, OperationMistake
from rnncheck.mistakes.losses import divisor
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference import dense
from rnncheck.reference.operations import ReferenceOperation

Axes = int | tuple[int, ...]


def shares(logits: Array, axes: Axes, largest: Axes | None = None) -> Array:
    """Return softmax along some axes, what is taken away being the largest along others."""
    over = axes if largest is None else largest
    large = np.exp(logits - logits.max(axis=over, keepdims=True))
    return np.asarray(large / large.sum(axis=axes, keepdims=True))


def _network(over: Axes, *without: str, largest: Axes | None = None) -> type[Variation]:
    """Return a network whose outputs (T, B, O) are softmax along some axes."""

    class Over(Variation):
        def inner_spec(self, spec: Spec) -> Spec:
            return spec.with_(output_activation="identity")

        def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
            result = self.inner.step(x, state)
            return {**result, "outputs": shares(result["outputs"][None], over, largest)[0]}

        def varied(self, given: Given) -> Arrays:
            result = given.run(self.inner)
            return {**result, "outputs": shares(result["outputs"], over, largest)}

    Over.without = frozenset(
        {"step_vjp", "sequence_vjp", "lengths", "mask", "zero_length", *without}
    )
    return Over


def _softmax(spec: Spec) -> bool:
    return dense.follows(spec) and spec.output_activation == "softmax"


def _loss(over: Axes, largest: Axes | None = None) -> tuple[Forward, Backward]:
    """Return cross-entropy whose shares are softmax of the logits (T, B, O) along some axes."""

    def forward(inner: ReferenceOperation, given: Arrays) -> Arrays:
        found = shares(given["logits"], over, largest)
        picked = np.take_along_axis(found, given["targets"][:, :, None], axis=2)[:, :, 0]
        total = -np.where(given["mask"], np.log(picked), 0).sum()
        return {"loss": np.asarray(total / divisor(inner.spec, given), found.dtype)}

    def backward(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
        right = inner.compute_vjp(given, upstream)
        wrong = shares(given["logits"], over, largest) - shares(given["logits"], -1)
        scale = upstream["loss"] / divisor(inner.spec, given) * given["mask"][:, :, None]
        return {**right, "d.logits": right["d.logits"] + scale * wrong}

    return forward, backward


_HINT = "Add up what softmax gives: over which axis is the sum one?"
_COURSE = "published course work"
_ROWS, _STEP = "over the rows of the batch", "over all numbers of a step at once"
_TIME, _FLAT, _ALL = "over the steps", "over the rows and the steps", "over all logits at once"
_TAKEN, _SUMMED = "softmax is taken", "the sum in softmax is taken"

MISTAKES = tuple(
    Mistake(f"softmax_{name}", words, _HINT, bind, _softmax, _COURSE)
    for name, words, bind in (
        ("over_rows", f"{_TAKEN} {_ROWS}", _network(1)),
        ("over_time", f"{_TAKEN} {_TIME}", _network(0, "step")),
        ("over_rows_and_units", f"{_TAKEN} {_STEP}", _network((1, 2))),
        ("sum_over_rows", f"{_SUMMED} {_ROWS}", _network(1, largest=2)),
        ("sum_over_rows_and_units", f"{_SUMMED} {_STEP}", _network((1, 2), largest=2)),
    )
)

OPERATION_MISTAKES = tuple(
    OperationMistake(f"loss_softmax_{name}", words, _HINT, "cross_entropy", *functions)
    for name, words, functions in (
        ("over_rows", f"{_TAKEN} {_ROWS}", _loss(1)),
        ("over_time", f"{_TAKEN} {_TIME}", _loss(0)),
        ("over_rows_and_time", f"{_TAKEN} {_FLAT}", _loss((0, 1))),
        ("over_all", f"{_TAKEN} {_ALL}", _loss((0, 1, 2))),
        ("sum_over_rows_and_time", f"{_SUMMED} {_FLAT}", _loss((0, 1), 2)),
        ("sum_over_all", f"{_SUMMED} {_ALL}", _loss((0, 1, 2), 2)),
    )
)

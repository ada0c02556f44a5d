"""Mistakes in losses over time."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base_operation import OperationMistake, scaled, times, with_arguments
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference.operations import ReferenceOperation


def _all_steps(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"mask": np.ones_like(given["mask"])}


def _count(given: Arrays) -> int:
    return max(int(given["mask"].sum()), 1)


def divisor(spec: OperationSpec, given: Arrays) -> int:
    """Return by what cross-entropy divides the sum over steps and rows."""
    rows = int(given["mask"].shape[1])
    return {"sum": 1, "mean": _count(given), "rows": rows}[spec.option("reduction")]


def _not_divided(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    return times(inner.compute_vjp(given, upstream), divisor(inner.spec, given))


def _gradient_not_masked(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    found = inner.compute_vjp(_all_steps(inner.spec, given), upstream)
    own, whole = divisor(inner.spec, given), divisor(inner.spec, _all_steps(inner.spec, given))
    return times(found, whole / own)


def _careless(inner: ReferenceOperation, given: Arrays) -> Arrays:
    """Exponentiate the logits as they are."""
    large = np.exp(given["logits"])
    shares = large / large.sum(axis=-1, keepdims=True)  # (T, B, O)
    picked = np.take_along_axis(shares, given["targets"][:, :, None], axis=2)[:, :, 0]
    total = -np.where(given["mask"], np.log(picked), 0).sum()
    return {"loss": np.asarray(total / divisor(inner.spec, given), large.dtype)}


def _whole_window(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"t_min": np.array(0), "t_max": np.array(len(given["outputs"]) - 1)}


def _short_window(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"t_max": np.maximum(given["t_max"] - 1, given["t_min"])}


def _last_of_all(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"lengths": np.full_like(given["lengths"], len(given["logits"]))}


def _step_too_late(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"lengths": np.minimum(given["lengths"] + 1, len(given["logits"]))}


_padding = scaled(lambda spec, given: _count(given) / given["mask"].size)
_summed = scaled(lambda spec, given: float(divisor(spec, given)))
_averaged = scaled(lambda spec, given: 1.0 / _count(given))
_by_steps = scaled(lambda spec, given: 1.0 / len(given["mask"]))
_unmasked = with_arguments(_all_steps)

OPERATION_MISTAKES = (
    OperationMistake(
        "padding_counted",
        "steps that the mask leaves out count in the mean",
        "Count by what the mean is divided.",
        "cross_entropy",
        *_padding,
        options=lambda spec: spec.option("reduction") == "mean",
    ),
    OperationMistake(
        "mask_not_used",
        "steps that the mask leaves out are part of the loss",
        "Look at where the mask enters.",
        "cross_entropy",
        *_unmasked,
    ),
    OperationMistake(
        "summed_not_averaged",
        "the losses are added up and not averaged",
        "Look at the sum's divisor.",
        "cross_entropy",
        *_summed,
        options=lambda spec: spec.option("reduction") != "sum",
    ),
    OperationMistake(
        "averaged_not_summed",
        "the losses are averaged and not added up",
        "Look at the sum's divisor.",
        "cross_entropy",
        *_averaged,
        options=lambda spec: spec.option("reduction") == "sum",
    ),
    OperationMistake(
        "averaged_over_time_too",
        "the losses are averaged over the steps as well as over the rows",
        "Look at the sum's divisor.",
        "cross_entropy",
        *_by_steps,
        options=lambda spec: spec.option("reduction") == "rows",
    ),
    OperationMistake(
        "divisor_not_in_gradient",
        "the gradient is that of the sum where the loss is a mean",
        "Divide the gradient as the loss is divided.",
        "cross_entropy",
        backward=_not_divided,
        options=lambda spec: spec.option("reduction") != "sum",
    ),
    OperationMistake(
        "gradient_not_masked",
        "steps that the mask leaves out have a gradient",
        "Look at the gradient of a step that is masked.",
        "cross_entropy",
        backward=_gradient_not_masked,
    ),
    OperationMistake(
        "window_not_used",
        "all steps are part of the loss, those outside of the window too",
        "Look at where t_min and t_max enter.",
        "squared_error",
        *with_arguments(_whole_window),
    ),
    OperationMistake(
        "window_ends_early",
        "the window's last step is left out",
        "A slice ends before its end: t_max is part of the window.",
        "squared_error",
        *with_arguments(_short_window),
    ),
    OperationMistake(
        "squared_error_halved",
        "the squared error is halved",
        "Look for a factor of one half.",
        "squared_error",
        *scaled(lambda spec, given: 0.5),
    ),
    OperationMistake(
        "last_step_of_padding",
        "the last step of all is taken, whatever the length of the row",
        "Look at a row that ends early.",
        "last_cross_entropy",
        *with_arguments(_last_of_all),
    ),
    OperationMistake(
        "step_after_the_last",
        "the step after each row's last is taken",
        "Steps count from 0, lengths from 1.",
        "last_cross_entropy",
        *with_arguments(_step_too_late),
    ),
    OperationMistake(
        "largest_not_subtracted",
        "exp is taken of the logits as they are, which overflows",
        "Try logits of a thousand.",
        "cross_entropy",
        forward=_careless,
    ),
)

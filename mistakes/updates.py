"""Mistakes in clipping and in the steps of optimisers."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base_operation import OperationMistake, with_arguments
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference.operations import ReferenceOperation

NORMS = ("clip_by_norm", "clip_by_global_norm")


def _gradients(given: Arrays) -> Arrays:
    return {
        "clipped" + name.removeprefix("gradients").removeprefix("gradient"): array
        for name, array in given.items()
        if name.startswith("gradient")
    }


def _norm(arrays: Arrays) -> Array:
    return np.asarray(np.sqrt(sum(np.sum(a * a) for a in arrays.values())))


def _rescaled(inner: ReferenceOperation, given: Arrays, factor: Array) -> Arrays:
    found = inner.compute(given)
    new = {n: np.asarray(a * factor, a.dtype) for n, a in _gradients(given).items()}
    return found | new


def _always(inner: ReferenceOperation, given: Arrays) -> Arrays:
    """Scale to the limit, also what is below it."""
    norm = _norm(_gradients(given))
    return _rescaled(inner, given, given["limit"] / np.where(norm > 0, norm, 1))


def _inverted(inner: ReferenceOperation, given: Arrays) -> Arrays:
    factor = np.maximum(_norm(_gradients(given)) / given["limit"], 1.0)
    return _rescaled(inner, given, factor)


def _each_alone(inner: ReferenceOperation, given: Arrays) -> Arrays:
    found = inner.compute(given)
    for name, array in _gradients(given).items():
        factor = given["limit"] / np.maximum(_norm({name: array}), given["limit"])
        found[name] = np.asarray(array * factor, array.dtype)
    return found


def _symmetric(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"low": -np.abs(given["high"])}


def _above_only(inner: ReferenceOperation, given: Arrays) -> Arrays:
    return {"clipped": np.minimum(given["gradient"], given["high"])}


def _uphill(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"rate": -given["rate"]}


def _no_rate(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"rate": np.ones_like(given["rate"])}


def _moved(inner: ReferenceOperation, given: Arrays, change: Array) -> Arrays:
    new = given["parameter"] - given["rate"] * change
    return inner.compute(given) | {"parameter": np.asarray(new, given["parameter"].dtype)}


def _uncorrected(inner: ReferenceOperation, given: Arrays) -> Arrays:
    after = inner.compute(given)
    return _moved(inner, given, after["m"] / (np.sqrt(after["v"]) + given["epsilon"]))


def _inside(inner: ReferenceOperation, given: Arrays) -> Arrays:
    after, t = inner.compute(given), int(given["t"])
    m, v = after["m"] / (1 - given["beta1"] ** t), after["v"] / (1 - given["beta2"] ** t)
    return _moved(inner, given, m / np.sqrt(v + given["epsilon"]))


def _one_ahead(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"t": given["t"] + 1}


def _always_first(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"t": np.ones_like(given["t"])}


def _swapped(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"beta1": given["beta2"], "beta2": given["beta1"]}


OPERATION_MISTAKES = (
    *(
        OperationMistake(
            f"{name}_scales_always",
            "a gradient whose norm is below the limit is scaled up to it",
            "Try a limit that is far above the norm.",
            name,
            forward=_always,
        )
        for name in NORMS
    ),
    *(
        OperationMistake(
            f"{name}_inverted",
            "the gradient is multiplied by norm / limit",
            "What is clipped must become smaller.",
            name,
            forward=_inverted,
        )
        for name in NORMS
    ),
    OperationMistake(
        "global_norm_each_alone",
        "each gradient is scaled by its own norm",
        "One factor for all gradients keeps their direction.",
        "clip_by_global_norm",
        forward=_each_alone,
    ),
    OperationMistake(
        "clip_value_symmetric",
        "values are clipped between -high and high",
        "Look at the lower bound.",
        "clip_by_value",
        *with_arguments(_symmetric)[:1],
    ),
    OperationMistake(
        "clip_value_above_only",
        "values below the lower bound stay as they are",
        "Look at the lower bound.",
        "clip_by_value",
        forward=_above_only,
    ),
    OperationMistake(
        "step_uphill",
        "the gradient is added",
        "Look at the sign of the step.",
        "sgd_step",
        *with_arguments(_uphill)[:1],
    ),
    OperationMistake(
        "rate_not_used",
        "the gradient is not multiplied by the rate",
        "Look at the rate.",
        "sgd_step",
        *with_arguments(_no_rate)[:1],
    ),
    OperationMistake(
        "adam_without_bias_correction",
        "the running means are not corrected for their start at zero",
        "Look at the first steps.",
        "adam_step",
        forward=_uncorrected,
    ),
    OperationMistake(
        "adam_epsilon_inside_root",
        "epsilon is added under the root",
        "Look at where epsilon stands.",
        "adam_step",
        forward=_inside,
    ),
    OperationMistake(
        "adam_step_one_ahead",
        "the first step counts as the second",
        "Steps count from 1.",
        "adam_step",
        *with_arguments(_one_ahead)[:1],
    ),
    OperationMistake(
        "adam_step_not_counted",
        "every step is corrected as the first",
        "Look at where the number of the step enters.",
        "adam_step",
        *with_arguments(_always_first)[:1],
    ),
    OperationMistake(
        "adam_betas_swapped",
        "beta1 and beta2 are in each other's place",
        "Look at which mean each beta belongs to.",
        "adam_step",
        *with_arguments(_swapped)[:1],
    ),
)

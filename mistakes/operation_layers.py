"""Mistakes in embeddings and in a dense layer over time."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base_operation import OperationMistake, with_arguments
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference.operations import ReferenceOperation


def _overwritten(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    """Assign where the gradients of equal ids add up: the last one stays."""
    d_table = np.zeros_like(given["table"])
    for t, b in np.ndindex(given["ids"].shape):
        d_table[given["ids"][t, b]] = upstream["x"][t, b]
    return {"d.table": d_table}


def _averaged(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    found = inner.compute_vjp(given, upstream)["d.table"]
    uses = np.bincount(given["ids"].ravel(), minlength=len(found))
    return {"d.table": np.asarray(found / np.maximum(uses, 1)[:, None], found.dtype)}


def _from_one(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"ids": (given["ids"] - 1) % len(given["table"])}


def _last_step(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    late = np.zeros_like(upstream["outputs"])
    late[-1] = upstream["outputs"][-1]
    found = inner.compute_vjp(given, upstream)
    last = inner.compute_vjp(given, {"outputs": late})
    return found | {name: last[name] for name in ("d.weight", "d.bias")}


def _bias_mean(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    found = inner.compute_vjp(given, upstream)
    rows = given["h"].shape[0] * given["h"].shape[1]
    return found | {"d.bias": np.asarray(found["d.bias"] / rows, found["d.bias"].dtype)}


def _no_bias(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"bias": np.zeros_like(given["bias"])}


OPERATION_MISTAKES = (
    OperationMistake(
        "embedding_gradient_overwritten",
        "the gradient of a number that is looked up twice is that of its last use",
        "Look at what happens to a number that is there twice.",
        "embedding",
        backward=_overwritten,
    ),
    OperationMistake(
        "embedding_gradient_averaged",
        "the gradients of a number that is looked up twice are averaged",
        "Look at what happens to a number that is there twice.",
        "embedding",
        backward=_averaged,
    ),
    OperationMistake(
        "ids_from_one",
        "numbers are counted from 1",
        "Try the number 0.",
        "embedding",
        *with_arguments(_from_one),
    ),
    OperationMistake(
        "dense_gradient_last_step",
        "the gradients of weights and bias are those of the last step alone",
        "The layer is the same at every step.",
        "dense_over_time",
        backward=_last_step,
    ),
    OperationMistake(
        "dense_bias_gradient_averaged",
        "the gradient of the bias is averaged over steps and rows",
        "Look at how the bias enters each step.",
        "dense_over_time",
        backward=_bias_mean,
    ),
    OperationMistake(
        "bias_over_time_left_out",
        "the bias is not added",
        "Look at the bias.",
        "dense_over_time",
        *with_arguments(_no_bias),
    ),
)

"""Losses over time: mean squared error, and softmax cross-entropy from logits.

    squared_error:  e = (1 / O) sum_o (y_o - t_o)^2        de/dy_o = 2 (y_o - t_o) / O
    cross_entropy:  e = sum_o t_o (log sum_j exp y_j - y_o)
                    de/dy_o = (sum_j t_j) softmax(y)_o - t_o

y are the outputs of one step and row, t its targets; reduction.py says how the e of the steps make
the loss L. The largest logit is subtracted before exp, so no logit is too large. A class number
stands for the probabilities that are 1 at this class and 0 elsewhere. Sources: Bridle, J. S.
(1990), Probabilistic interpretation of feedforward classification network outputs; Blanchard, P.,
Higham, D. J. and Higham, N. J. (2021), Accurately computing the log-sum-exp and softmax functions.
"""

from __future__ import annotations

import numpy as np

from rnncheck.reference.arrays import Numbers, as_array
from rnncheck.reference.nonlinearities import elementwise, less_the_largest, softmax
from rnncheck.reference.reduction import Reduction, counted, divisor

KINDS = ("squared_error", "cross_entropy")


def forward(
    kind: str,
    reduction: Reduction,
    outputs: Numbers,
    targets: Numbers,
    valid: Numbers | None = None,
) -> Numbers:
    """Return the loss, a number of the outputs' type.

    Args:
        kind: one of KINDS.
        reduction: which steps count, and the normalisation.
        outputs: (T, B, O).
        targets: (T, B, O), or for cross_entropy also class numbers (T, B) from 0 to O - 1; what
            they hold at steps that do not count is not looked at.
        valid: (T, B) bool, for instance padding.valid_steps(...); None for all steps.

    Raises:
        ValueError: an unknown kind, a wrong shape, or a class that is not there.
    """
    counts, y, t = _prepared(kind, reduction, outputs, targets, valid)
    each = _squared(y, t) if kind == "squared_error" else _cross_entropy(y, t)  # (T, B)
    total = np.where(counts, each, np.zeros_like(each)).sum()
    return as_array(total / divisor(reduction, counts), outputs.dtype)


def backward(
    kind: str,
    reduction: Reduction,
    outputs: Numbers,
    targets: Numbers,
    valid: Numbers | None = None,
) -> Numbers:
    """Return dL/d outputs (T, B, O), zero at every step that does not count; as `forward`."""
    counts, y, t = _prepared(kind, reduction, outputs, targets, valid)
    if kind == "squared_error":
        d_each = 2 * (y - t) / y.shape[-1]
    else:
        d_each = softmax(y) * t.sum(axis=-1, keepdims=True) - t
    d_outputs = d_each / divisor(reduction, counts)
    return np.where(counts[:, :, None], d_outputs, np.zeros_like(y))


def log_softmax(y: Numbers) -> Numbers:
    """Return y - log sum exp(y) along the last axis."""
    small = less_the_largest(y)
    total = as_array(elementwise("exp", small).sum(axis=-1)[..., None])
    return as_array(small - elementwise("log", total))


def _squared(y: Numbers, t: Numbers) -> Numbers:
    off = y - t
    return as_array((off * off).sum(axis=-1) / y.shape[-1])


def _cross_entropy(y: Numbers, t: Numbers) -> Numbers:
    return as_array(-(t * log_softmax(y)).sum(axis=-1))


def _prepared(
    kind: str, reduction: Reduction, outputs: Numbers, targets: Numbers, valid: Numbers | None
) -> tuple[Numbers, Numbers, Numbers]:
    """Return which steps count, and outputs and targets (T, B, O), zero where they do not."""
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; allowed: {', '.join(KINDS)}")
    if outputs.ndim != 3 or not outputs.shape[2]:
        raise ValueError(f"outputs has shape {outputs.shape}; it must be (T, B, O), O at least 1")
    counts = counted(reduction, _valid(valid, outputs.shape[:2]))
    if kind == "cross_entropy" and targets.shape == outputs.shape[:2]:
        targets = _one_hot(targets, counts, outputs.shape[2])
    if targets.shape != outputs.shape:
        numbers = f" or class numbers {outputs.shape[:2]}" if kind == "cross_entropy" else ""
        raise ValueError(f"targets has shape {targets.shape}; it must be {outputs.shape}{numbers}")
    y, t = (_kept(counts, a) for a in (outputs, targets))
    return counts, y, t if y.dtype == object else as_array(t, outputs.dtype)


def _kept(counts: Numbers, array: Numbers) -> Numbers:
    """Return array (T, B, O) with zeros at the steps that do not count (T, B)."""
    return np.where(counts[:, :, None], array, np.zeros_like(array))


def _valid(valid: Numbers | None, shape: tuple[int, ...]) -> Numbers:
    if valid is None:
        return np.ones(shape, dtype=bool)
    if valid.shape != shape or valid.dtype != bool:
        raise ValueError(
            f"valid has shape {valid.shape} and dtype {valid.dtype}; it must be bool of {shape}"
        )
    return valid


def _one_hot(targets: Numbers, counts: Numbers, classes: int) -> Numbers:
    """Return class numbers (T, B) as zeros and ones (T, B, O)."""
    if targets.dtype.kind not in "iu":
        raise ValueError(f"class numbers have dtype {targets.dtype}; they must be whole numbers")
    wrong = counts & ((targets < 0) | (targets >= classes))
    if wrong.any():
        t, b = (int(index) for index in np.argwhere(wrong)[0])
        raise ValueError(
            f"the target at step {t} of row {b} is class {targets[t, b]}; "
            f"there are the classes 0 to {classes - 1}"
        )
    return np.asarray(np.arange(classes) == targets[:, :, None]).astype(np.int64)

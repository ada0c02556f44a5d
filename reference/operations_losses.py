"""The losses over time as operations: see losses and reduction."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference import losses
from rnncheck.reference.arrays import Named, Numbers
from rnncheck.reference.reduction import Reduction

Loss = tuple[str, Reduction, Numbers, Numbers, Numbers | None]


def _cross_entropy(spec: OperationSpec, given: Named) -> Loss:
    way = Reduction(normalise=spec.option("reduction"))
    return "cross_entropy", way, given["logits"], given["targets"], given["mask"]


def _squared_error(spec: OperationSpec, given: Named) -> Loss:
    window = int(given["t_min"]), int(given["t_max"])
    way = Reduction("window", window, spec.option("reduction"))
    return "squared_error", way, given["outputs"], given["targets"], None


def _last_cross_entropy(spec: OperationSpec, given: Named) -> Loss:
    logits, targets = given["logits"], given["targets"]
    steps = len(logits)
    valid = np.arange(steps)[:, None] < given["lengths"]  # (T, B)
    way = Reduction("last", normalise=spec.option("reduction"))
    return "cross_entropy", way, logits, np.tile(targets, (steps, 1)), valid


LOSSES = {
    "cross_entropy": _cross_entropy,
    "squared_error": _squared_error,
    "last_cross_entropy": _last_cross_entropy,
}


def _forward(spec: OperationSpec, given: Named) -> Named:
    return {"loss": losses.forward(*LOSSES[spec.name](spec, given))}


def _backward(spec: OperationSpec, given: Named, d: Named) -> Named:
    slope = losses.backward(*LOSSES[spec.name](spec, given))
    return {name: d["loss"] * slope for name in spec.operation.differentiated}


FORWARD = dict.fromkeys(LOSSES, _forward)
BACKWARD = dict.fromkeys(LOSSES, _backward)

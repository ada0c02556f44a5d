"""The losses over time as operations: see losses and reduction."""

from __future__ import annotations

from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference import losses
from rnncheck.reference.arrays import Named, Numbers
from rnncheck.reference.reduction import Reduction


def _cross_entropy(spec: OperationSpec, given: Named) -> Named:
    return {"loss": losses.forward("cross_entropy", _all(spec), *_logits(given))}


def _cross_entropy_back(spec: OperationSpec, given: Named, d: Named) -> Named:
    slope = losses.backward("cross_entropy", _all(spec), *_logits(given))
    return {"logits": d["loss"] * slope}


def _all(spec: OperationSpec) -> Reduction:
    return Reduction(normalise=spec.option("reduction"))


def _logits(given: Named) -> tuple[Numbers, Numbers, Numbers]:
    return given["logits"], given["targets"], given["mask"]


FORWARD = {"cross_entropy": _cross_entropy}
BACKWARD = {"cross_entropy": _cross_entropy_back}

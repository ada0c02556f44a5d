"""Clipping and the steps of optimisers as operations: see clipping and optimisers."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import group
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference import clipping
from rnncheck.reference.arrays import Named, Numbers, prefixed
from rnncheck.reference.optimisers import Adam, Sgd

NAME = "parameter"


def _by_value(spec: OperationSpec, given: Named) -> Named:
    del spec
    low, high = _number(given["low"]), _number(given["high"])
    return {"clipped": clipping.by_value(given["gradient"], low, high)}


def _by_norm(spec: OperationSpec, given: Named) -> Named:
    del spec
    return {"clipped": clipping.by_norm(given["gradient"], _number(given["limit"]))}


def _by_global_norm(spec: OperationSpec, given: Named) -> Named:
    gradients, limit = group(given, "gradients"), _number(given["limit"])
    clipped, norm = clipping.by_global_norm(gradients, limit, spec.option("rule"))
    return prefixed("clipped.", clipped) | {"norm": norm}


def _sgd(spec: OperationSpec, given: Named) -> Named:
    del spec
    optimiser = Sgd(_number(given["rate"]))
    return optimiser.step({NAME: given[NAME]}, {NAME: given["gradient"]}, {})[0]


def _adam(spec: OperationSpec, given: Named) -> Named:
    rate, beta1, beta2, epsilon = (
        _number(given[name]) for name in ("rate", "beta1", "beta2", "epsilon")
    )
    optimiser = Adam(rate, beta1, beta2, epsilon, spec.option("placement"))
    state = {"t": given["t"] - 1, f"m.{NAME}": given["m"], f"v.{NAME}": given["v"]}
    new, after = optimiser.step({NAME: given[NAME]}, {NAME: given["gradient"]}, state)
    return new | {name: after[f"{name}.{NAME}"] for name in ("m", "v")}


def _number(value: Numbers) -> float:
    return float(np.real(value))


FORWARD = {
    "clip_by_value": _by_value,
    "clip_by_norm": _by_norm,
    "clip_by_global_norm": _by_global_norm,
    "sgd_step": _sgd,
    "adam_step": _adam,
}

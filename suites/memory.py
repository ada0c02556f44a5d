"""Parameters of long cases: weights under which the first step still counts at the last."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import Arrays, prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.draw import GRID

Floats = NDArray[np.float64]


def remember(spec: Spec, params: Arrays) -> None:
    """Change weights so that dh_T/dh_0 neither vanishes nor explodes over some 40 steps."""
    for prefix in prefixes(spec):
        if spec.cell in ("elman", "jordan"):
            _hand_on(spec, params, prefix)
            continue
        bias = params[prefix + "bias_ih"] / 4  # (G, H)
        for gate, level in _open_gates(spec).items():
            bias[spec.gates.index(gate)] += level
        params[prefix + "bias_ih"] = bias
        params[prefix + "weight_ih"] = params[prefix + "weight_ih"] / 4
        params[prefix + "weight_hh"] = params[prefix + "weight_hh"] / 4


def _hand_on(spec: Spec, params: Arrays, prefix: str) -> None:
    """Make weights that hand each unit of the memory on to its neighbour, nearly unchanged."""
    _neighbour(params[prefix + "weight_hh"][0], 1)  # (H, R)
    params[prefix + "weight_ih"] = params[prefix + "weight_ih"] / 4
    biases = [prefix + "bias_ih", prefix + "bias_hh"]
    if spec.cell == "jordan":
        _neighbour(params["weight_ho"], 0)  # (O, H)
        biases.append("bias_o")
    for name in biases:
        if name in params:
            bias = params[name] / 64
            params[name] = np.abs(bias) if spec.activation == "relu" else bias


def _neighbour(weights: Floats, by: int) -> None:
    """Let as many units as there are on both sides read one each, the one `by` places on."""
    both = min(weights.shape)
    weights[:both] = 0
    weights[:both, :both] = np.roll(np.eye(both), by, axis=1)


def _open_gates(spec: Spec) -> dict[str, float]:
    """Return by how much to shift the biases of the gates that decide what is kept."""
    if spec.cell == "lstm":
        narrow = math.log2(min(spec.cell_clip or 4.0, 4.0) / 4)  # c is to stay within the clip
        return {"f": _on_grid(3.0 - spec.forget_bias), "i": _on_grid(max(narrow - 2.0, -3.5))}
    return {"z": 3.0 if spec.update == "z_keeps" else -3.0}


def _on_grid(number: float) -> float:
    return round(number * GRID) / GRID

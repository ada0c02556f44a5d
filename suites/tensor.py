"""Something to compare, with names for its axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.suites.allowance import Allowance


@dataclass(frozen=True)
class Tensor:
    """Something to compare.

    Attributes:
        name: in the protocol's words, e.g. "outputs", "state.c", "d.weight_ih".
        got: what came back.
        expected: the right values, same shape.
        allowed: the allowed error of each element, or what computes it.
        axes: a label for each axis, e.g. ("t", "b", "h").
        offset: added to an index of the axis "t".
    """

    name: str
    got: Array
    expected: NDArray[np.float64]
    allowed: NDArray[np.float64] | Allowance
    axes: tuple[str, ...]
    offset: int = 0
    gates: tuple[str, ...] = ()

    def judgeable(self) -> bool:
        """Say whether every element can be judged; see Allowance.judged."""
        got = np.asarray(self.got, np.float64)
        return not isinstance(self.allowed, Allowance) or bool(self.allowed.judged(got).all())


def axes_of(name: str, spec: Spec, ndim: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels of a result's axes, and the names of the gates if it has a gate axis."""
    last = name.rsplit(".", 1)[-1]
    if last == "peephole":
        return ("gate", "h"), ("i", "f", "o")
    if last in ("weight_ih", "weight_hh"):
        return ("gate", "h", "d" if last == "weight_ih" else "h_prev"), spec.gates
    if last in ("bias_ih", "bias_hh"):
        return ("gate", "h"), spec.gates
    if last in ("weight_hr", "weight_ho"):
        return ("p" if last == "weight_hr" else "o", "h"), ()
    if last == "bias_o":
        return ("o",), ()
    unit = "d" if last == "x" else "o" if spec.output_size and last in ("outputs", "y") else "h"
    return (("t", "b", unit) if ndim == 3 else ("b", unit)), ()

"""The one helper that every comparison goes through, and the failure that it raises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.suites.sentences import say


@dataclass(frozen=True)
class Tensor:
    """Something to compare.

    Attributes:
        name: in the protocol's words, e.g. "outputs", "state.c", "d.weight_ih".
        got: what came back.
        expected: the right values, same shape.
        allowed: the allowed error of each element.
        axes: a label for each axis, e.g. ("t", "b", "h").
        offset: added to an index of the axis "t".
    """

    name: str
    got: Array
    expected: NDArray[np.float64]
    allowed: NDArray[np.float64]
    axes: tuple[str, ...]
    offset: int = 0
    gates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """One element that differs."""

    tensor: str
    index: tuple[tuple[str, int | str], ...]
    got: float
    expected: float
    error: float
    allowed: float

    def __str__(self) -> str:
        """Return the place in words, e.g. "t=1, b=0, h=2 of c"."""
        where = ", ".join(f"{axis}={value}" for axis, value in self.index)
        name = self.tensor.removeprefix("state.")
        return f"{where} of {name}" if where else name

    def text(self) -> str:
        """Return place, got and expected as a sentence."""
        sentence = "place" if np.isfinite(self.expected) else "beside"
        return say(sentence, place=self, got=f"{self.got:.9g}", expected=f"{self.expected:.9g}")


class CheckFailure(AssertionError):
    """A claim that does not hold.

    Attributes:
        claim: what was compared, a clause such as "hidden states differ from the reference".
        reason: the sentence for a failure that is not a comparison of numbers, or "".
        wrong, total: elements beyond their allowance, and all.
        first: the first wrong place in order of time.
        worst: the place with the largest error as a share of its allowance.
        dtype: the arithmetic that the allowance stands for.
    """

    def __init__(
        self,
        claim: str,
        reason: str = "",
        *,
        wrong: int = 0,
        total: int = 0,
        first: Place | None = None,
        worst: Place | None = None,
        dtype: str = "",
    ) -> None:
        """Make a failure; its text is the lines that a person reads."""
        self.claim, self.reason, self.wrong, self.total = claim, reason, wrong, total
        self.first, self.worst, self.dtype = first, worst, dtype
        super().__init__("\n".join([claim, *(f"  {k:<8} {v}" for k, v in self.lines())]))

    def lines(self) -> list[tuple[str, str]]:
        """Return (label, text) pairs below the claim."""
        if self.reason:
            return [("reason", self.reason)]
        lines = [("wrong", say("wrong", wrong=self.wrong, total=self.total))]
        if self.first:
            lines.append(("first", self.first.text()))
        if self.worst and np.isfinite(self.worst.error):
            error, allowed = f"{self.worst.error:.3g}", f"{self.worst.allowed:.2g}"
            worst = say("worst", place=self.worst, error=error, allowed=allowed, dtype=self.dtype)
            lines.append(("worst", worst))
        return lines


def compare(claim: str, tensors: Sequence[Tensor], dtype: str) -> None:
    """Raise CheckFailure unless every element of every tensor is within its allowance.

    NaN is beyond any allowance. A shape that differs is a failure of its own.
    """
    __tracebackhide__ = True
    places: list[tuple[int, int, Place]] = []
    wrong = total = 0
    for order, tensor in enumerate(tensors):
        if tensor.got.shape != tensor.expected.shape:
            reason = say(
                "shape", name=tensor.name, got=tensor.got.shape, expected=tensor.expected.shape
            )
            raise CheckFailure(claim, reason)
        count, found = _wrong_places(tensor, order)
        wrong, total = wrong + count, total + tensor.expected.size
        places += found
    if places:
        first = min(places, key=lambda p: p[:2])[2]
        worst = max(places, key=lambda p: _share(p[2]))[2]
        raise CheckFailure(claim, wrong=wrong, total=total, first=first, worst=worst, dtype=dtype)


def _share(place: Place) -> float:
    share = place.error / place.allowed if place.allowed else np.inf
    return float(np.inf if np.isnan(share) else share)


def _wrong_places(tensor: Tensor, order: int) -> tuple[int, list[tuple[int, int, Place]]]:
    """Return how many elements are wrong, and the first and the worst, each with its time."""
    got = np.asarray(tensor.got, np.float64)
    with np.errstate(all="ignore"):
        error = np.abs(got - tensor.expected)
        ok = (error <= tensor.allowed) | (got == tensor.expected)
        if ok.all():
            return 0, []
        share = np.where(ok, -1.0, error / np.maximum(tensor.allowed, 1e-300))
    share = np.where(np.isnan(share), np.inf, share)
    indexes = [tuple(np.argwhere(~ok)[0]), np.unravel_index(np.argmax(share), share.shape)]
    found = []
    for index in indexes:
        place = _place(tensor, got, error, tuple(int(i) for i in index))
        time = next((int(v) for axis, v in place.index if axis == "t"), 1 << 30)
        found.append((time, order, place))
    return int(np.sum(~ok)), found


def _place(
    tensor: Tensor, got: NDArray[np.float64], error: NDArray[np.float64], index: tuple[int, ...]
) -> Place:
    labels: list[tuple[str, int | str]] = []
    for axis, value in zip(tensor.axes, index, strict=True):
        if axis == "gate":
            labels.append((axis, tensor.gates[value] if tensor.gates else value))
        else:
            labels.append((axis, value + tensor.offset if axis == "t" else value))
    allowed = np.broadcast_to(tensor.allowed, error.shape)
    return Place(
        tensor=tensor.name,
        index=tuple(labels),
        got=float(got[index]),
        expected=float(tensor.expected[index]),
        error=float(error[index]),
        allowed=float(allowed[index]),
    )


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

"""The one helper that every comparison goes through, and the failure that it raises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rnncheck.suites.allowance import most
from rnncheck.suites.sentences import say
from rnncheck.suites.tally import Tally
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.verdict import Verdict, judge


@dataclass(frozen=True)
class Place:
    """One element that differs."""

    tensor: str
    index: tuple[tuple[str, int | str], ...]
    got: float
    expected: float
    error: float
    allowed: float

    @property
    def share(self) -> float:
        """The part of the allowance that was used, infinite where that cannot be said."""
        share = self.error / self.allowed if self.allowed else np.inf
        return float(np.inf if np.isnan(share) else share)

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

    @property
    def share(self) -> float:
        """The largest part of its allowance that an element used, 0 where none was compared."""
        return self.worst.share if self.worst else 0.0

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


class NotJudgedError(Exception):
    """A comparison without a verdict: rounding alone makes such numbers."""


def compare(claim: str, tensors: Sequence[Tensor], dtype: str, tally: Tally | None = None) -> None:
    """Raise CheckFailure unless every element of every tensor is within its allowance.

    NaN is beyond any allowance. A shape that differs is a failure of its own.

    Args:
        claim: what fails where it does.
        tensors: what is compared.
        dtype: the arithmetic, for the message.
        tally: counts what is compared.

    Raises:
        CheckFailure: an element is beyond its allowance.
        NotJudgedError: none is, and at least one could not be judged.
    """
    __tracebackhide__ = True
    places: list[tuple[int, int, Place]] = []
    wrong, total, blurred = 0, 0, ""
    for order, tensor in enumerate(tensors):
        if tensor.got.shape != tensor.expected.shape:
            reason = say(
                "shape", name=tensor.name, got=tensor.got.shape, expected=tensor.expected.shape
            )
            raise CheckFailure(claim, reason)
        found = judge(tensor, tally or Tally())
        if found.blurred:
            blurred = blurred or say("not_judged", name=tensor.name, most=f"{most(dtype):.2g}")
        wrong, total = wrong + int(found.wrong.sum()), total + tensor.expected.size
        places += _wrong_places(tensor, found, order)
    if places:
        first = min(places, key=lambda p: p[:2])[2]
        worst = max(places, key=lambda p: p[2].share)[2]
        raise CheckFailure(claim, wrong=wrong, total=total, first=first, worst=worst, dtype=dtype)
    if blurred:
        raise NotJudgedError(blurred)


def _wrong_places(tensor: Tensor, found: Verdict, order: int) -> list[tuple[int, int, Place]]:
    """Return the first and the worst wrong place, each with its time."""
    if not found.wrong.any():
        return []
    share = np.where(found.wrong, found.shares, -1.0)
    indexes = [tuple(np.argwhere(found.wrong)[0]), np.unravel_index(np.argmax(share), share.shape)]
    places = []
    for index in indexes:
        place = _place(tensor, found, tuple(int(i) for i in index))
        time = next((int(v) for axis, v in place.index if axis == "t"), 1 << 30)
        places.append((time, order, place))
    return places


def _place(tensor: Tensor, found: Verdict, index: tuple[int, ...]) -> Place:
    labels: list[tuple[str, int | str]] = []
    for axis, value in zip(tensor.axes, index, strict=True):
        if axis == "gate":
            labels.append((axis, tensor.gates[value] if tensor.gates else value))
        else:
            labels.append((axis, value + tensor.offset if axis == "t" else value))
    return Place(
        tensor=tensor.name,
        index=tuple(labels),
        got=float(tensor.got[index]),
        expected=float(tensor.expected[index]),
        error=float(found.error[index]),
        allowed=float(found.allowed[index]),
    )

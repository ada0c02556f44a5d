"""Whether something gives the same numbers as an implementation that is wrong."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.names import Array, Arrays, group
from rnncheck.suites.calls import answers
from rnncheck.suites.case import Case
from rnncheck.suites.sigmas import kept_sigmas
from rnncheck.suites.subject import Subject

MOST_DIGITS = 15
EQUAL = 1e-5  # of the largest number: closer numbers have the same cause
WIDE = 6 * 2**0.5  # sigmas of float32's rounding, in both of two results
TINY = 2.0**-126  # what float32 does not hold with all its digits is as good as zero
RIGHT = "right"  # the label of the reference
NO_SPREAD: Mapping[str, Array] = {}
_MOST_KEPT = 512
_KEPT: OrderedDict[tuple[str, ...], Arrays | None] = OrderedDict()


@dataclass(frozen=True)
class Evidence:
    """What an implementation answered.

    Attributes:
        call: "step", "sequence", "step_vjp" or "sequence_vjp".
        cases: on which it was called, the smallest first.
        answers: of each case.
        spreads: of each case what float32's rounding may make of every number, where answers are
            compared with what is computed in float32; () where they are not.
    """

    call: str
    cases: Sequence[Case]
    answers: Sequence[Arrays]
    spreads: Sequence[Arrays] = ()

    def digits(self, bind: Bind, label: str = "") -> int | None:
        """Return to how many digits something gives the same answers on every case, else None.

        Its answers are kept under the label, where one is given.
        """
        digits, dtype = MOST_DIGITS, "float32" if self.spreads else "float64"
        if not any(np.isfinite(a).any() for given in self.answers for a in given.values()):
            return None  # nothing is a number: nothing tells what was done
        for case, given, spread in self.each():
            theirs = _kept(bind, case, self.call, label, dtype)
            equal = None if theirs is None else equal_digits(given, theirs, EQUAL, spread)
            if equal is None:
                return None
            digits = min(digits, equal)
        return digits

    def each(self) -> Iterator[tuple[Case, Arrays, Arrays]]:
        """Yield each case with its answers and its spreads, {} for none."""
        spreads = self.spreads or [{}] * len(self.cases)
        yield from zip(self.cases, self.answers, spreads, strict=True)

    @property
    def single(self) -> bool:
        """Whether all answers are numbers that float32 holds: they were computed in it."""
        every = [array for given in self.answers for array in given.values()]
        with np.errstate(over="ignore"):
            return all(np.array_equal(a, a.astype(np.float32), equal_nan=True) for a in every)

    def in_single(self) -> Evidence:
        """Return the same, compared as what is computed in float32."""
        call = self.call.removesuffix("_vjp")
        found = [kept_sigmas(case, call, "float32") for case in self.cases]
        spreads = [{name: WIDE * sigma for name, sigma in one.items()} for one in found]
        return replace(self, spreads=spreads)


def gather(bind: Bind, cases: Sequence[Case], call: str, device: str = "cpu") -> Evidence:
    """Return what an implementation answers; dropout masks that it drew become those of the case.

    Raises:
        Fault: it does not answer.
    """
    cases = sorted(cases, key=lambda case: case.x.size)
    given = [answers(Subject(bind, case, "float64", device), case, call) for case in cases]
    drawn = [group(answer, "dropout") for answer in given]
    return Evidence(
        call,
        [replace(c, dropout=m) if m else c for c, m in zip(cases, drawn, strict=True)],
        [{n: a for n, a in g.items() if not n.startswith("dropout.")} for g in given],
    )


def _asked(case: Case) -> frozenset[str]:
    """Return the claims without which the answers to a case mean nothing."""
    given = {"lengths": case.lengths, "mask": case.mask}
    return frozenset(claim for claim, array in given.items() if array is not None)


def answered(bind: Bind, case: Case, call: str, dtype: str = "float64") -> Arrays | None:
    """Return what something answers, None if it does not answer what is asked."""
    try:
        subject = Subject(bind, case, dtype)
        if not _asked(case) <= subject.claims:
            return None
        with np.errstate(all="ignore"):  # a wrong formula may divide by what dropout made zero
            return answers(subject, case, call)
    except (Fault, LookupError, ValueError, AttributeError):  # two mistakes may not fit together
        return None


def label_of(mistake: Mistake) -> str:
    """Return what tells a mistake, a convention or a combination from all others."""
    return f"{mistake.id}: {mistake.what}"


def identity(case: Case) -> tuple[str, ...]:
    """Return what is equal for cases on which every answer is the same."""
    given = [name for name in ("state", "lengths", "mask") if getattr(case, name) is not None]
    return case.digest, *given


def _kept(bind: Bind, case: Case, call: str, label: str, dtype: str) -> Arrays | None:
    if not label:
        return answered(bind, case, call, dtype)
    place = (label, call, dtype, *identity(case))
    if place in _KEPT:
        _KEPT.move_to_end(place)
    else:
        _KEPT[place] = answered(bind, case, call, dtype)
        if len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[place]


def equal_digits(
    given: Arrays, theirs: Arrays, share: float, spread: Mapping[str, Array] = NO_SPREAD
) -> int | None:
    """Return to how many digits arrays are equal, None where one is off by more than a share.

    Args:
        given: arrays by name.
        theirs: those that they are compared with.
        share: of the largest number of each, by which its numbers may be off.
        spread: by how much more each of them may be.
    """
    worst = 0.0
    for name, array in given.items():
        if name not in theirs or theirs[name].shape != array.shape:
            return None
        other, blank, more = theirs[name], ~np.isfinite(array), spread.get(name, 0.0)
        if blank.any():  # what is no number, or has no end, may be so in both, at the same places
            if not np.array_equal(array[blank], other[blank], equal_nan=True):
                return None
            array, other = np.where(blank, 0.0, array), np.where(blank, 0.0, other)
        off = np.abs(array - other)
        size = max(float(np.max(np.abs(other), initial=0.0)), TINY)
        error = float(np.max(off, initial=0.0))
        if error > TINY:
            if not float(np.max(off - more, initial=0.0)) <= share * size:
                return None
            worst = max(worst, error / size)
        elif not error <= TINY:
            return None
    return min(MOST_DIGITS, max(0, int(-math.log10(worst))) if worst else MOST_DIGITS)

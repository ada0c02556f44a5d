"""Whether something gives the same numbers as an implementation that is wrong."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.names import Arrays, group
from rnncheck.suites.calls import answers
from rnncheck.suites.case import Case
from rnncheck.suites.subject import Subject

MOST_DIGITS = 15
EQUAL = 1e-5  # of the largest number: closer numbers have the same cause
RIGHT = "right"  # the label of the reference
_MOST_KEPT = 512
_KEPT: OrderedDict[tuple[str, ...], Arrays | None] = OrderedDict()


@dataclass(frozen=True)
class Evidence:
    """What an implementation answered.

    Attributes:
        call: "step", "sequence", "step_vjp" or "sequence_vjp".
        cases: on which it was called, the smallest first.
        answers: of each case.
    """

    call: str
    cases: Sequence[Case]
    answers: Sequence[Arrays]

    def digits(self, bind: Bind, label: str = "") -> int | None:
        """Return to how many digits something gives the same answers on every case, else None.

        Its answers are kept under the label, where one is given.
        """
        digits = MOST_DIGITS
        if not any(np.isfinite(a).any() for given in self.answers for a in given.values()):
            return None  # nothing is a number: nothing tells what was done
        for case, given in zip(self.cases, self.answers, strict=True):
            theirs = _kept(bind, case, self.call, label)
            equal = None if theirs is None else equal_digits(given, theirs, EQUAL)
            if equal is None:
                return None
            digits = min(digits, equal)
        return digits


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


def answered(bind: Bind, case: Case, call: str) -> Arrays | None:
    """Return what something answers, None if it does not answer what is asked."""
    try:
        subject = Subject(bind, case)
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


def _kept(bind: Bind, case: Case, call: str, label: str) -> Arrays | None:
    if not label:
        return answered(bind, case, call)
    place = (label, call, *identity(case))
    if place in _KEPT:
        _KEPT.move_to_end(place)
    else:
        _KEPT[place] = answered(bind, case, call)
        if len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[place]


def equal_digits(given: Arrays, theirs: Arrays, share: float) -> int | None:
    """Return to how many digits arrays are equal, None where one is off by more than a share."""
    worst = 0.0
    for name, array in given.items():
        if name not in theirs or theirs[name].shape != array.shape:
            return None
        other, blank = theirs[name], ~np.isfinite(array)
        if blank.any():  # what is no number, or has no end, may be so in both, at the same places
            if not np.array_equal(array[blank], other[blank], equal_nan=True):
                return None
            array, other = array[~blank], other[~blank]
        size = max(float(np.max(np.abs(other), initial=0.0)), 1e-300)
        error = float(np.max(np.abs(array - other), initial=0.0)) / size
        if not error <= share:
            return None
        worst = max(worst, error)
    return min(MOST_DIGITS, int(-math.log10(worst)) if worst else MOST_DIGITS)

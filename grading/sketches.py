"""What mistakes answer, in one number each: enough to rule out nearly all without running them.

The sketch of answers is the sum of all their numbers, each times a fixed weight. Answers that are
equal to EQUAL have sketches as near as `Sketch.near`, so a mistake whose sketch is farther off does
not fit; one whose sketch is near is run. What is found is the same as without sketches.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rnncheck.grading.matching import (
    EQUAL,
    NO_SPREAD,
    TINY,
    Evidence,
    answered,
    identity,
    label_of,
)
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.names import Array, Arrays
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites.case import Case

NOT_NUMBERS, SILENT, UNKNOWN = np.nan, np.inf, -np.inf
SLACK = 1.1  # for the largest of theirs, known only up to EQUAL
LARGEST = float(np.finfo(np.float32).max)
HELD = 2.0**-22  # of the numbers of which a difference is stored as float32
_TURN = 0.6180339887498949  # of the golden ratio: its multiples are spread evenly


@dataclass(frozen=True)
class Sketch:
    """The weighted sum of some answers, NaN where one is no number, and what equal ones may differ."""

    value: float
    near: float


@cache
def _weights(size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights between -1/2 and 1/2, and the sums of their sizes up to each place."""
    weights = np.modf(np.arange(1, size + 1) * _TURN)[0] - 0.5
    return weights, np.concatenate([np.zeros(1), np.cumsum(np.abs(weights))])


def sketch(answers: Arrays, spread: Mapping[str, Array] = NO_SPREAD) -> Sketch:
    """Return the sketch of answers by name, where equal ones may differ by a spread too."""
    told = _told(answers)
    flat = [np.asarray(answers[name], np.float64).ravel() for name in told]
    size = sum(map(len, flat))
    weights, sums = _weights(1 << max(size - 1, 1).bit_length())
    value, near, at = 0.0, 0.0, 0
    with np.errstate(all="ignore"):
        for name, part in zip(told, flat, strict=True):
            end = at + len(part)
            value += float(part @ weights[at:end])
            largest = float(np.max(np.abs(part), initial=0.0))
            near += float(sums[end] - sums[at]) * (SLACK * EQUAL * largest + TINY)
            if name in spread:
                near += float(spread[name].ravel() @ np.abs(weights[at:end]))
            at = end
    whole = np.isfinite(value) and np.isfinite(near)
    return Sketch(value if whole else NOT_NUMBERS, near)


def _told(names: Iterable[str]) -> list[str]:
    """Return the results of a call that every implementation gives: no trace."""
    return sorted(name for name in names if not name.startswith("trace."))


def key(case: Case, call: str, names: Iterable[str]) -> str:
    """Return what tells the answers to a call on a case from all others."""
    whole = [*identity(case), call, "gives", *_told(names)]
    return hashlib.sha256(" ".join(whole).encode()).hexdigest()[:16]


def row_of(mistake: Mistake) -> int:
    """Return the number under which a mistake's sketches are kept."""
    return zlib.crc32(label_of(mistake).encode())


@dataclass(frozen=True)
class Sketches:
    """The sketches of mistakes on cases.

    Attributes:
        rows: of the mistakes, see row_of.
        right: by key the sketch of the right answers.
        off: by key how far each mistake's is from that, (rows,); NOT_NUMBERS, SILENT where it does
            not answer, UNKNOWN where it was not asked.
    """

    rows: tuple[int, ...] = ()
    right: Mapping[str, float] = field(default_factory=dict)
    off: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def possible(self, evidence: Evidence, known: Iterable[Mistake]) -> Iterable[Mistake]:
        """Yield the mistakes that may fit, in their order: not those whose sketch is too far off."""
        fits = np.ones(len(self.rows), bool)
        for case, given, spread in evidence.each():
            place = key(case, evidence.call, given) if self.rows else ""
            told = sketch(given, spread) if place in self.off else None
            if told and not (spread and np.isnan(told.value)):  # float32 overflows sooner
                fits &= self._near(place, told)
        out = {row for row, fit in zip(self.rows, fits, strict=True) if not fit}
        return (mistake for mistake in known if not out or row_of(mistake) not in out)

    def _near(self, place: str, given: Sketch) -> NDArray[np.bool_]:
        off, right = np.asarray(self.off[place], np.float64), self.right[place]
        if np.isnan(given.value):
            return np.asarray(np.isnan(off) | (off == UNKNOWN))
        near = given.near + HELD * (abs(right) + abs(given.value))
        with np.errstate(all="ignore"):
            found = (np.abs(right + off - given.value) <= near) | (off == UNKNOWN)
        beyond = abs(given.value - right) > LARGEST  # is kept as SILENT
        return np.asarray(found | (off == SILENT) if beyond else found)


def sketched(
    known: Sequence[Mistake], further: Sequence[Mistake], asked: Iterable[tuple[str, Case, bool]]
) -> Sketches:
    """Return the sketches of mistakes on calls.

    Args:
        known: on every call.
        further: only on the calls that are asked again and again.
        asked: a call, a case, and whether it is asked again and again.
    """
    rows = tuple(map(row_of, [*known, *further]))
    right: dict[str, float] = {}
    off: dict[str, NDArray[np.float32]] = {}
    for call, case, often in asked:
        answers = answered(reference, case, call)
        place = key(case, call, answers or {})
        if answers is None or place in off:
            continue
        right[place] = sketch(answers).value
        found = [_off(mistake, case, call, place) for mistake in known]
        if often:
            found += [_off(mistake, case, call, place) for mistake in further]
        sketches = np.array(found + [UNKNOWN] * (len(rows) - len(found)))
        off[place] = np.asarray(sketches - right[place], np.float32)
    return Sketches(rows, right, off)


_MADE: dict[tuple[int, str], float] = {}  # contracts of several frameworks ask for the same


def _off(mistake: Mistake, case: Case, call: str, place: str) -> float:
    """Return the sketch of a mistake's answers, SILENT where it gives none that could fit."""
    where = row_of(mistake), place
    if where not in _MADE:
        theirs = answered(mistake.bind, case, call)
        fits = theirs is not None and place == key(case, call, theirs)
        _MADE[where] = sketch(theirs).value if theirs is not None and fits else SILENT
    return _MADE[where]

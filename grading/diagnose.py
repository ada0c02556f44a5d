"""From a failure to a mistake: the one in the catalogue whose numbers the implementation gives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rnncheck.grading.opened import Opened
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites import check_gradient_linear as gradient_linear
from rnncheck.suites.allowance import allowance
from rnncheck.suites.calls import answers, call_of
from rnncheck.suites.case import Case, make_case
from rnncheck.suites.cases import general, long
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome
from rnncheck.suites.subject import Subject

MOST_DIGITS = 15


@dataclass(frozen=True)
class Diagnosis:
    """The likely mistake.

    Attributes:
        mistake: id in the catalogue.
        what: the mistake as a clause.
        hint: what to look at, without the answer.
        digits: to how many digits its numbers equal the implementation's.
        cases: on how many cases they do.
    """

    mistake: str
    what: str
    hint: str
    digits: int
    cases: int


def diagnose(opened: Opened, outcome: Outcome, device: str = "cpu") -> Diagnosis | None:
    """Return the mistake that explains a failed comparison on every case, None if none does."""
    if outcome.status != "failed" or outcome.record is None:
        return None
    vjp = checks()[outcome.check].needs & {"step_vjp", "sequence_vjp"}
    call = call_of(opened.claims, vjp=bool(vjp))
    records = [outcome.record, *general(opened.spec)]
    if call == "sequence_vjp":
        records += long(opened.spec)[:1]
    cases = [make_case(record) for record in dict.fromkeys(records)]
    if outcome.check == gradient_linear.CHECK.name:
        cases = [gradient_linear.enlarged(case) for case in cases]
    try:
        own = [_answers(opened.bind, case, call, device) for case in cases]
    except Fault:
        return None
    if _digits(reference, cases, own, call) is not None:
        return None  # these answers are right: what failed is not in them
    found = [d for m in mistakes().values() if (d := _matches(m, opened.spec, cases, own, call))]
    return max(found, key=lambda d: d.digits, default=None)


def _answers(bind: Bind, case: Case, call: str, device: str = "cpu") -> Arrays:
    return answers(Subject(bind, case, "float64", device), case, call)


def _matches(
    mistake: Mistake, spec: Spec, cases: list[Case], own: list[Arrays], call: str
) -> Diagnosis | None:
    if not mistake.applies(spec):
        return None
    digits = _digits(mistake.bind, cases, own, call)
    if digits is None:
        return None
    return Diagnosis(mistake.id, mistake.what, mistake.hint, digits, len(cases))


def _digits(bind: Bind, cases: list[Case], own: list[Arrays], call: str) -> int | None:
    """Return to how many digits something gives the same answers on every case, else None."""
    digits = MOST_DIGITS
    for case, given in zip(cases, own, strict=True):
        equal = _equal_digits(bind, case, given, call)
        if equal is None:
            return None
        digits = min(digits, equal)
    return digits


def _equal_digits(bind: Bind, case: Case, given: Arrays, call: str) -> int | None:
    try:
        theirs = _answers(bind, case, call)
    except (Fault, KeyError, ValueError, AttributeError):
        return None
    worst = 0.0
    for name, array in given.items():
        if name not in theirs or theirs[name].shape != array.shape:
            return None
        size = max(float(np.max(np.abs(theirs[name]), initial=0.0)), 1e-300)
        error = float(np.max(np.abs(array - theirs[name]), initial=0.0)) / size
        if not error <= allowance(case, "float32").rtol:
            return None
        worst = max(worst, error)
    return min(MOST_DIGITS, int(-math.log10(worst)) if worst else MOST_DIGITS)

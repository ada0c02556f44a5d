"""Whether a case may be judged in float32: not where rounding alone nearly fills the allowance."""

from __future__ import annotations

import functools

import numpy as np

from rnncheck.protocol.names import Arrays
from rnncheck.reference.implementation import bind
from rnncheck.suites.calls import answers
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

SHARE = 0.25


@functools.cache
def well_conditioned(record: CaseSpec) -> bool:
    """Say whether the reference itself, run in float32, stays well within float32's allowance.

    The table of allowances holds for well-conditioned cases only. A gradient that is the small
    difference of large terms, as one unit alone may have, is not one; a bank holds none such.
    """
    case = make_case(record)
    subject, truth = Subject(bind, case, "float32"), Truth(case, "float32")
    forward = answers(subject, case, "sequence")
    backward = answers(subject, case, "sequence_vjp")
    return _within(truth, forward, truth.forward) and _within(truth, backward, truth.gradients)


def _within(truth: Truth, got: Arrays, right: Arrays) -> bool:
    for name, array in got.items():
        pick = truth.gradient if name.startswith("d.") else truth.values
        tensor = pick(name, array, right[name])
        if not np.all(np.abs(array - tensor.expected) <= SHARE * tensor.allowed):
            return False
    return True

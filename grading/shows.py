"""How a mistake shows: which results of which call differ from the reference, and from where."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np

from rnncheck.grading.asked import asked, offers
from rnncheck.grading.assignment import load, names
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.calls import answers
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.cases import general, long, padded
from rnncheck.suites.check_gradient_linear import enlarged
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import with_large_inputs

BOTH = ("forward", "reverse")
_ANY = Padding("repeat", "initial", "any")

# Beside what assignments ask for: options that some mistakes need.
FURTHER = (
    Spec("lstm", 2, (3,), peepholes=True, forget_bias=1.0, padding=_ANY),
    Spec("lstm", 2, (3,), cell_clip=1.0),
    Spec("elman", 2, (3, 3, 3)),
    Spec("gru", 2, (3,), directions=BOTH, padding=_ANY),
    Spec("lstm", 2, (3, 4), directions=BOTH),
)


def shows(mistake: Mistake) -> str:
    """Return a few words on where a mistake's numbers differ, from the first case that shows it."""
    for spec in _specs():
        if mistake.applies(spec):
            return _shows(mistake, spec)
    return "under options that no contract asks for"


def _specs() -> Iterator[Spec]:
    for name in names():
        for contract in asked(load(name)):
            yield contract.spec
    yield from FURTHER


def _shows(mistake: Mistake, spec: Spec) -> str:
    claims = offers(mistake.bind, spec)
    for words, case in _cases(spec, claims):
        for call in ("sequence", "sequence_vjp", "step_vjp"):
            if call in claims and (where := _differs(mistake, case, call)):
                return f"{where}{words}"
    return "not in the numbers of one call"


def _cases(spec: Spec, claims: frozenset[str]) -> Iterator[tuple[str, Case]]:
    case = make_case(general(spec)[2])
    yield "", case
    if "zero_length" in claims:
        yield ", under padding", make_case(padded(spec)[2])
    elif "lengths" in claims:
        yield ", under padding", make_case(padded(spec)[1])
    if "mask" in claims:
        yield ", under a mask", make_case(padded(spec)[-1])
    none: CaseSpec = general(spec, state="none")[2]
    yield ", where no state is given", make_case(none)
    yield from ((", on long sequences", make_case(record)) for record in long(spec)[:1])
    yield ", at large inputs", with_large_inputs(case)
    yield ", under large upstream gradients", enlarged(case)


def _differs(mistake: Mistake, case: Case, call: str) -> str:
    """Return the names of results that differ, with the first step of the outputs."""
    right = answers(Subject(bind, case), case, call)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            got = answers(Subject(mistake.bind, case), case, call)
        except Fault as fault:
            return "shape" if fault.kind == "shape" else "an error"
    wrong = [n for n, a in right.items() if n in got and not _equal(got[n], a)]
    wrong = [n for n in wrong if not n.startswith("trace.")]
    if not wrong:
        return ""
    if len(wrong) > 4:
        return f"{len(wrong)} of {len(right)} gradients" if "d.x" in right else "all results"
    return ", ".join(_named(name, got, right) for name in wrong)


def _equal(got: object, right: object) -> bool:
    return bool(np.allclose(np.asarray(got), np.asarray(right), rtol=1e-12, atol=1e-12))


def _named(name: str, got: Arrays, right: Arrays) -> str:
    if name != "outputs":
        return name.removeprefix("state.")
    steps = range(len(right[name]))
    first = next(t for t in steps if not _equal(got[name][t], right[name][t]))
    return f"outputs from t={first}" if first else "outputs"

"""Specs that mistakes are made with, and how a check ends on a mistake."""

from __future__ import annotations

import functools

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.names import parameter_shapes
from rnncheck.protocol.spec import Dropout, Padding, Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.driver import Outcome, plan, run_pair

ANY_MASK = Padding("repeat", "initial", "any")

SPECS: dict[str, Spec] = {
    "elman": Spec("elman", 2, (3,)),
    "elman relu": Spec("elman", 2, (3,), activation="relu", biases="single"),
    "elman dense": Spec("elman", 2, (3,), output_size=2, output_activation="tanh"),
    "elman reverse": Spec("elman", 2, (3,), directions=("reverse",)),
    "lstm": Spec("lstm", 2, (3,)),
    "lstm peepholes": Spec(
        "lstm", 2, (3,), peepholes=True, forget_bias=1.0, biases="single", padding=ANY_MASK
    ),
    "lstm projection": Spec("lstm", 2, (3,), projection=2, cell_clip=1.0, time_major=False),
    "gru": Spec("gru", 2, (3,)),
    "gru reset before": Spec(
        "gru", 2, (3,), reset="before", update="z_takes", biases="single", padding=ANY_MASK
    ),
    "jordan": Spec("jordan", 2, (3,), output_size=2, output_activation="tanh"),
    "jordan reverse": Spec(
        "jordan", 2, (3,), output_size=2, biases="single", directions=("reverse",), padding=ANY_MASK
    ),
}


BOTH = ("forward", "reverse")

# Deep and bidirectional networks: for mistakes that can be made with none of the above.
LAYERED: dict[str, Spec] = {
    "lstm stacked": Spec("lstm", 2, (3, 4)),
    "elman stacked alike": Spec("elman", 2, (3, 3, 3), biases="single"),
    "gru bidirectional": Spec("gru", 2, (3,), directions=BOTH, padding=ANY_MASK),
    "elman bidirectional": Spec("elman", 2, (3,), directions=BOTH, biases="single"),
    "gru stacked bidirectional alike": Spec("gru", 2, (3, 3), directions=BOTH),
    "lstm stacked bidirectional": Spec("lstm", 2, (3, 4), directions=BOTH, time_major=False),
}

# Networks with dropout: for mistakes that can be made with none of the above.
DROPPING: dict[str, Spec] = {
    "lstm dropout": Spec("lstm", 2, (3,), dropout=Dropout(0.5, 0.75, 0.25)),
    "gru dropout once": Spec("gru", 2, (3,), dropout=Dropout(0.75, 0.5, 0.75, draw="once")),
    "elman dropout": Spec("elman", 2, (3,), time_major=False, dropout=Dropout(output_keep=0.75)),
    "gru dropout for the batch": Spec("gru", 2, (3,), dropout=Dropout(0.75, 0.75, draw="batch")),
    "lstm stacked dropout": Spec("lstm", 2, (3, 3), dropout=Dropout(between_keep=0.75)),
}

# Networks that end in softmax: for mistakes that can be made with none of the above.
ENDING: dict[str, Spec] = {
    "elman softmax": Spec("elman", 2, (3,), output_size=4, output_activation="softmax"),
    "lstm softmax": Spec(
        "lstm", 2, (3,), cell_state="hidden", output_size=4, output_activation="softmax"
    ),
}


def fitting(mistake: Mistake) -> dict[str, Spec]:
    """Return the specs that a mistake can be made with, layered ones if there is no other."""
    every = (SPECS, LAYERED, DROPPING, ENDING)
    found = [{n: s for n, s in of.items() if mistake.applies(s)} for of in every]
    return next(filter(None, found), {})


def offers(bind: Bind, spec: Spec) -> frozenset[str]:
    """Return what an implementation claims for a spec."""
    zeros = {name: np.zeros(shape) for name, shape in parameter_shapes(spec).items()}
    return bind(spec, zeros).claims


@functools.cache
def claimed_cases(mistake: Mistake, spec: Spec) -> dict[str, tuple[CaseSpec, ...]]:
    """Return the cases of each check that a mistake claims, by the check's name."""
    pairs = plan(spec, offers(mistake.bind, spec))
    return {check.name: cases for check, cases in pairs if cases}


def first_not_passed(
    bind: Bind, check: Check, cases: tuple[CaseSpec, ...], dtype: str = "float64"
) -> Outcome | None:
    """Return how a check ends on the first case that does not pass, None where all do."""
    outcomes = (run_pair(bind, check, record, dtype) for record in cases)
    return next((outcome for outcome in outcomes if outcome.status != "passed"), None)

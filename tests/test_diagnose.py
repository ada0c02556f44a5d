"""From a failure to a mistake: which of the catalogue are named, and when none is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import pytest

from rnncheck import adapters
from rnncheck.grading.diagnose import Diagnostician, diagnose
from rnncheck.grading.opened import Opened
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation
from rnncheck.mistakes.combined import combined
from rnncheck.mistakes.conventions import combinations, conventions
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome, plan, run_plan
from tests.catching import SPECS, offers

# What these get wrong is no number: the claim of the check that fails them says all there is.
NO_NUMBERS = {
    "bias_gradient_row": "the numbers are right, their shape is not",
    "squeezed_row": "the numbers are right, their shape is not",
    "last_output_only": "numbers are missing, so there is nothing to compare",
    "last_step_missing": "numbers are missing, so there is nothing to compare",
    "axes_taken_for_each_other": "the state has another shape, so there is nothing to compare",
    "state_kept_in_layer": "the results of the first call are right",
    "gradients_kept_between_calls": "the results of the first call are right",
    "changes_arguments": "the results are right",
    "prints": "the results are right",
    "returns_float32": "the results are right to float32",
    "state_kept_between_calls": "the results of the first call are right",
    "time_major_ignored": "the results in the usual order of axes are right",
}


class InProcess(Opened):
    """An implementation that needs no worker, in the place of one that does."""

    def __init__(self, bound: Bind, spec: Spec) -> None:
        """Offer what the implementation claims."""
        adapter = adapters.load("numpy_functions")
        super().__init__("wrong.py", "forward", adapter, spec, offers(bound, spec), _no_worker)
        self.bound = bound

    def bind(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind it here."""
        return self.bound(spec, params, dtype, device)


def _no_worker() -> NoReturn:
    raise AssertionError("no worker is to be started")


def first_failure(bound: Bind, spec: Spec) -> Outcome:
    """Return how the first check that fails ends; what it was that failed is the same for all."""
    ended = run_plan(bound, plan(spec, offers(bound, spec)))
    return next(outcome for outcome in ended if outcome.status == "failed")


def named(bound: Bind, spec: Spec, outcome: Outcome) -> str | None:
    """Return the id of the mistake that a diagnosis names."""
    found = diagnose(InProcess(bound, spec), outcome)
    return found.mistake if found else None


@pytest.mark.parametrize("mistake", mistakes().values(), ids=list(mistakes()))
def test_mistake_is_named_at_its_first_failure(mistake: Mistake) -> None:
    """By its own name: no two mistakes of the catalogue have equal numbers everywhere."""
    fitting = [spec for spec in SPECS.values() if mistake.applies(spec)]
    for spec in fitting[:2]:
        found = named(mistake.bind, spec, first_failure(mistake.bind, spec))
        assert found == (None if mistake.id in NO_NUMBERS else mistake.id)


def test_those_that_are_not_named_are_known() -> None:
    """Each has a reason above, and nine of ten whose numbers are wrong are named: all of them."""
    assert NO_NUMBERS.keys() <= mistakes().keys()
    assert len(NO_NUMBERS) < 0.15 * len(mistakes())


def test_a_diagnosis_has_words_and_digits() -> None:
    """The clause, the hint, to how many digits on how many cases."""
    wrong, spec = mistakes()["gate_order_ifog"], SPECS["lstm"]
    found = diagnose(InProcess(wrong.bind, spec), first_failure(wrong.bind, spec))
    assert found is not None
    assert (found.what, found.hint) == (wrong.what, wrong.hint)
    assert found.digits >= 14
    assert found.cases >= 3


class SlightlyOff(Variation):
    """Wrong in a way that the catalogue does not know."""

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; everything is a tenth too large."""
        result = given.run(self.inner)
        return {name: 1.1 * array for name, array in result.items()}

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients that are a tenth too large."""
        result = given.gradients(self.inner)
        return {name: 1.1 * array for name, array in result.items()}


@pytest.mark.parametrize("name", SPECS)
def test_an_unknown_mistake_is_not_named(name: str) -> None:
    """Forward and backward, a wrong name is worse than none."""
    spec = SPECS[name]
    pairs = plan(spec, offers(SlightlyOff, spec))
    failed = [outcome for outcome in run_plan(SlightlyOff, pairs) if outcome.status == "failed"]
    assert {"reference_sequence", "gradient_reference"} <= {outcome.check for outcome in failed}
    explain = Diagnostician(InProcess(SlightlyOff, spec), tries=400)
    for outcome in failed:
        if outcome.check in ("reference_sequence", "gradient_reference"):
            assert explain(outcome) is None


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("check", ["reference_sequence", "gradient_reference", "time_major"])
def test_right_answers_are_not_a_mistake(name: str, check: str) -> None:
    """Whatever a check complains of: where the numbers are right no mistake explains it."""
    spec, family = SPECS[name], checks()[check].family
    outcome = Outcome(check, family, "failed", checks()[check].cases(spec)[0])
    assert named(bind, spec, outcome) is None


@pytest.mark.parametrize("status", ["passed", "error", "timeout", "not implemented", "skipped"])
def test_only_a_failure_is_explained(status: str) -> None:
    """An error explains itself."""
    wrong, spec = mistakes()["gate_order_ifog"], SPECS["lstm"]
    record = checks()["reference_sequence"].cases(spec)[0]
    assert (
        named(wrong.bind, spec, Outcome("reference_sequence", "reference", status, record)) is None
    )


@pytest.mark.parametrize("name", ["elman", "lstm", "gru"])
def test_every_convention_is_inferred(name: str) -> None:
    """By its words, or as the mistake of the catalogue that is the same convention."""
    spec, known = SPECS[name], mistakes()
    singles = list(combinations(spec, most=1))
    assert len(singles) == len(conventions(spec)) >= 7
    for single in singles:
        found = diagnose(InProcess(single.bind, spec), first_failure(single.bind, spec))
        assert found is not None, single.what
        assert found.what == single.what or found.mistake in known


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_three_conventions_at_a_time_are_inferred(name: str) -> None:
    """All that differs is said, and that it matches exactly."""
    wrong = list(combinations(SPECS[name]))[-1]
    assert wrong.what.count(" and ") >= 2
    found = diagnose(InProcess(wrong.bind, SPECS[name]), first_failure(wrong.bind, SPECS[name]))
    assert found is not None
    assert (found.what, found.digits >= 14) == (wrong.what, True)


@pytest.mark.parametrize(
    ("name", "outer", "inner"),
    [
        ("lstm", "gate_order_fgio", "forget_left_out"),
        ("gru", "initial_state_ignored", "update_gate_swapped"),
        ("elman", "outputs_shifted", "hidden_weights_transposed"),
    ],
)
def test_two_mistakes_at_a_time_are_named(name: str, outer: str, inner: str) -> None:
    """Each in its own words."""
    both = combined(mistakes()[outer], mistakes()[inner])
    found = diagnose(InProcess(both.bind, SPECS[name]), first_failure(both.bind, SPECS[name]))
    assert found is not None
    assert {*found.mistake.split(" + ")} == {outer, inner}
    assert mistakes()[inner].what in found.what

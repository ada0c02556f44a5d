"""The smallest case on which a check still fails."""

from __future__ import annotations

import pytest

from rnncheck.mistakes import mistakes
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import checks
from rnncheck.suites.driver import run_pair
from rnncheck.suites.shrink import smallest
from tests.catching import SPECS

# Mistakes, with the check and the spec with which a smaller case is looked for.
WRONG = (
    ("gate_order_ifog", "reference_sequence", "lstm"),
    ("reset_left_out", "reference_step", "gru"),
    ("initial_state_ignored", "time_split", "elman"),
    ("weight_gradient_overwritten", "gradient_split", "gru"),
    ("gradient_mean", "gradient_reference", "elman dense"),
    ("truncated_bptt_5", "gradient_long", "lstm"),
    ("mask_zeroes_state", "mask_state", "lstm peepholes"),
    ("rows_mixed", "time_rows", "elman"),
)


def numbers(record: CaseSpec) -> int:
    """Return how many numbers a person has to look at: those of x and of the weights."""
    inputs, hidden = record.spec.input_size, record.spec.hidden_sizes[0]
    return record.steps * record.batch * inputs + hidden * (inputs + hidden)


@pytest.mark.parametrize(("mistake", "check", "spec"), WRONG, ids=[m for m, _, _ in WRONG])
def test_the_smallest_fails_and_is_smaller(mistake: str, check: str, spec: str) -> None:
    """From the largest of a check's cases that fail: fewer numbers, the same options, wrong still."""
    wrong, asked = mistakes()[mistake].bind, checks()[check]
    failing = [r for r in asked.cases(SPECS[spec]) if run_pair(wrong, asked, r).failure]
    largest = max(failing, key=numbers)
    found = smallest(wrong, asked, largest, seconds=60)
    outcome = run_pair(wrong, asked, found)
    assert outcome.failure is not None
    assert outcome.failure.wrong
    assert numbers(found) < numbers(largest)
    sizes = ("input_size", "hidden_sizes", "output_size", "projection")
    same = {size: getattr(largest.spec, size) for size in sizes}
    assert found.spec.with_(**same) == largest.spec


def test_a_wrong_equation_is_shown_with_one_of_each() -> None:
    """One row, one step, one input and one unit suffice for a gate that is left out."""
    wrong, check = mistakes()["forget_left_out"].bind, checks()["reference_sequence"]
    found = smallest(wrong, check, check.cases(SPECS["lstm"])[1])
    assert (found.steps, found.batch, found.spec.input_size) == (1, 1, 1)
    assert found.spec.hidden_sizes == (1,)


@pytest.mark.parametrize("check", ["reference_sequence", "time_split", "gradient_long"])
def test_where_nothing_fails_the_record_comes_back(check: str) -> None:
    """A passing record is never put in the place of the one that was given."""
    record = checks()[check].cases(SPECS["gru"])[1]
    assert smallest(bind, checks()[check], record, seconds=60) == record


def test_nothing_is_smaller_than_one_of_each() -> None:
    """A record that cannot be made smaller comes back, though larger ones fail too."""
    wrong, check = mistakes()["rows_mixed"].bind, checks()["reference_sequence"]
    smallest_there_is = CaseSpec(SPECS["elman"].with_(input_size=1, hidden_sizes=(1,)), 1, 1)
    assert smallest(wrong, check, smallest_there_is, seconds=60) == smallest_there_is


def test_time_that_is_up_ends_the_search() -> None:
    """Without time, the record that was given."""
    wrong, check = mistakes()["gate_order_ifog"].bind, checks()["reference_sequence"]
    record = check.cases(SPECS["lstm"])[1]
    assert smallest(wrong, check, record, seconds=-1.0) == record


def test_a_golden_trace_is_left_as_it_is() -> None:
    """Its numbers are those of a file."""
    wrong, check = mistakes()["gate_order_ifog"].bind, checks()["golden_forward"]
    record = check.cases(SPECS["lstm"])[0]
    assert record.golden
    assert smallest(wrong, check, record) == record

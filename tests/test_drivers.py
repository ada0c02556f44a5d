"""The two drivers of the checks, the bank's and Hypothesis's: they agree, and every end counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from hypothesis import Phase, settings

from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Given, Variation
from rnncheck.protocol.faults import KINDS, Fault
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind, claims_of
from rnncheck.suites import test_checks as suite
from rnncheck.suites.check import checks
from rnncheck.suites.driver import STATUSES, plan, run_pair, run_plan
from rnncheck.suites.handle import Handle
from tests.catching import SPECS, claimed_cases, first_not_passed, offers

# A fault of each kind, and how a check ends on it.
ENDS = {
    "not_implemented": "not implemented",
    "error": "error",
    "shape": "failed",
    "timeout": "timeout",
    "died": "error",
    "absent": "skipped",
}
WRONG = (
    ("gate_order_ifog", "lstm"),
    ("update_gate_swapped", "gru"),
    ("bias_hh_left_out", "elman"),
    ("squeezed_row", "lstm"),
    ("state_swapped", "lstm"),
    ("outputs_shifted", "gru"),
    ("mask_zeroes_state", "lstm peepholes"),
    ("gradient_mean", "elman"),
    ("truncated_bptt_5", "lstm"),
    ("bptt_loop_stops_after_5", "gru"),
    ("upstream_cell_ignored", "lstm"),
    ("returns_float32", "elman relu"),
)
FEW = 16  # cases that Hypothesis draws here for each check
READ_OUTPUTS = (
    "reference_sequence",
    "reference_none_state",
    "state_last_output",
    "time_causal",
    "time_major",
    "time_rows",
    "time_split",
    "time_stepping",
    "mask_outputs",
    "mask_poison",
)


@pytest.fixture(autouse=True)
def unshrunk() -> Iterator[None]:
    """Let Hypothesis look for failures without making them smaller, which takes most time."""
    settings.register_profile(
        "unshrunk", settings.get_profile("grade"), phases=[Phase.explicit, Phase.generate]
    )
    settings.load_profile("unshrunk")
    yield
    settings.load_profile("grade")


def unnoted(name: str, value: object) -> None:
    """Take the place of record_property, which tells pytest how many cases were put aside."""
    assert (name, value) == ("not judged", 0)


def drawn(handle: Handle, name: str, dtype: str = "float64") -> str:
    """Return how the cases that Hypothesis draws end, the bank's left out."""
    check = checks()[name]
    cases = dict((c.name, r) for c, r in plan(handle.spec, handle.claims))[name]
    try:
        suite._explore(handle, check, cases, dtype, 0)
    except pytest.fail.Exception:
        return "failed"
    return "passed"


def handed_in(bound: Bind, spec: Spec) -> Handle:
    """Return an implementation as it is handed to the suites."""
    return Handle("here", spec, offers(bound, spec), bound, examples=FEW)


@pytest.mark.parametrize("name", ["elman relu", "lstm peepholes", "gru reset before"])
def test_drivers_agree_that_the_reference_is_right(name: str) -> None:
    """What the bank passes, Hypothesis passes, in both dtypes."""
    spec = SPECS[name]
    handle = Handle(name, spec, claims_of(spec), bind, examples=FEW // 2)
    claimed = [check for check, cases in plan(spec, handle.claims) if cases]
    ended = {(c.name, d): drawn(handle, c.name, d) for c in claimed for d in handle.dtypes}
    assert [pair for pair, status in ended.items() if status != "passed"] == []


@pytest.mark.parametrize(("mistake", "name"), WRONG, ids=[f"{m}-{n}" for m, n in WRONG])
def test_drivers_agree_on_mistake(mistake: str, name: str) -> None:
    """The checks that the bank's cases fail are those that drawn cases fail."""
    wrong, spec = mistakes()[mistake], SPECS[name]
    cases, handle = dict(claimed_cases(wrong, spec)), handed_in(wrong.bind, spec)
    cases.pop("gradient_long", None)  # its records are drawn as they are
    cases.pop("reference_large", None)  # small numbers, drawn by chance, do not saturate
    bank = {c: first_not_passed(wrong.bind, checks()[c], records) for c, records in cases.items()}
    failed = {check for check, outcome in bank.items() if outcome is not None}
    assert failed
    assert {check for check in cases if drawn(handle, check) == "failed"} == failed


def test_pytest_runs_the_cases_of_the_bank_too() -> None:
    """A mistake that only a long case shows fails the test of that check, and no other's."""
    wrong, spec = mistakes()["truncated_bptt_20"], SPECS["lstm"]
    handle = handed_in(wrong.bind, spec)
    suite.test_check(handle, checks()["gradient_reference"], "float64", 0, unnoted)
    with pytest.raises(pytest.fail.Exception, match="on a long sequence gradients differ"):
        suite.test_check(handle, checks()["gradient_long"], "float64", 0, unnoted)


def test_a_submission_is_not_failed_for_advice() -> None:
    """Advice on a submission is an expected failure, on anything else a failure."""
    wrong, spec = mistakes()["prints"], SPECS["elman"]
    graded = Handle("file.py", spec, offers(wrong.bind, spec), wrong.bind, examples=1, graded=True)
    with pytest.raises(pytest.xfail.Exception, match="advice, costs nothing"):
        suite.test_check(graded, checks()["advice_quiet"], "float64", 0, unnoted)
    with pytest.raises(pytest.fail.Exception, match="it printed something"):
        suite.test_check(
            handed_in(wrong.bind, spec), checks()["advice_quiet"], "float64", 0, unnoted
        )


class Faulty(Variation):
    """Every call ends in a fault of the kind that is set."""

    kind = "error"

    def varied(self, given: Given) -> Arrays:
        """End so."""
        raise Fault(self.kind, f"it was {self.kind}", "its last words")


def faulty_by(fault_kind: str) -> type[Faulty]:
    """Return an implementation whose calls end in a fault of this kind."""

    class OfKind(Faulty):
        kind = fault_kind

    return OfKind


def test_every_kind_of_fault_is_tested() -> None:
    """A new kind must be given a status here."""
    assert ENDS.keys() == KINDS.keys()
    assert set(ENDS.values()) <= set(STATUSES)


@pytest.mark.parametrize("kind", ENDS)
def test_fault_becomes_status(kind: str) -> None:
    """Each kind of fault has its status, and keeps its words and its kind."""
    faulty = faulty_by(kind)
    check, spec = checks()["reference_sequence"], SPECS["gru"]
    (outcome,) = run_plan(faulty, [(check, check.cases(spec))])
    assert outcome.status == ENDS[kind]
    assert (outcome.check, outcome.family) == ("reference_sequence", "reference")
    assert (outcome.message, outcome.detail) == (f"it was {kind}", "its last words")
    assert (outcome.fault, outcome.case_index) == (kind, 0)
    assert outcome.record == check.cases(spec)[0]


@pytest.mark.parametrize("kind", ENDS)
def test_fault_while_binding_becomes_status(kind: str) -> None:
    """A fault at bind ends the check as one in a call does."""

    def refuse(
        spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        raise Fault(kind, "no")

    check, spec = checks()["reference_step"], SPECS["gru"]
    assert run_pair(refuse, check, check.cases(spec)[0]).status == ENDS[kind]


@pytest.mark.parametrize(("kind", "end"), [("error", "fail"), ("absent", "skip")])
def test_fault_ends_the_test(kind: str, end: str) -> None:
    """Under pytest a fault is a failure, but for what is absent, which is a skip."""
    faulty = faulty_by(kind)
    with pytest.raises(getattr(pytest, end).Exception, match=f"it was {kind}"):
        suite.test_check(
            handed_in(faulty, SPECS["gru"]), checks()["reference_sequence"], "float64", 0, unnoted
        )


def in_float32(
    spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
) -> Implementation:
    """Bind the reference in float32 whatever is asked for."""
    return bind(spec, params, "float32", device)


@pytest.mark.parametrize("name", SPECS)
def test_float32_arithmetic_passes_with_a_note(name: str) -> None:
    """Computing in float32 costs nothing; advice says so, and so does each check's note."""
    spec = SPECS[name]
    ended = {o.check: o for o in run_plan(in_float32, plan(spec, offers(in_float32, spec)))}
    not_passed = {c: o.status for c, o in ended.items() if o.status != "passed"}
    advice = not_passed.pop("advice_dtype")
    assert advice == "failed"
    assert set(not_passed.values()) <= {"not claimed"}
    assert ended["reference_sequence"].notes == ("computes in float32",)
    assert ended["gradient_reference"].notes == ("computes in float32",)


class OffInFloat32(Variation):
    """Right to 1e-4 only: too far off for float32 too."""

    off = 1e-4
    called = 0

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence, each output off by the same."""
        type(self).called += 1
        result = given.run(self.inner)
        return {**result, "outputs": result["outputs"] + self.off}


class OffALittle(OffInFloat32):
    """Right to 1e-6 only: some times what float32 is allowed."""

    off = 1e-6


class NanOutputs(Variation):
    """Every output is NaN."""

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        result = given.run(self.inner)
        return {**result, "outputs": np.full_like(result["outputs"], np.nan)}


@pytest.mark.parametrize("bound", [OffInFloat32, OffALittle, NanOutputs])
def test_wrong_numbers_fail_in_either_precision(bound: Bind) -> None:
    """What is wrong in float32 too, and NaN, fails; the message speaks of float64."""
    check, spec = checks()["reference_sequence"], SPECS["lstm"]
    outcome = first_not_passed(bound, check, check.cases(spec))
    assert outcome is not None
    assert outcome.status == "failed"
    assert outcome.failure is not None
    assert outcome.failure.dtype == "float64"


def test_only_what_float32_could_allow_is_judged_again() -> None:
    """What is off by far more than any float32 makes is asked for once."""
    check, called = checks()["reference_sequence"], []
    record = check.cases(SPECS["lstm"])[0]
    for wrong in (OffInFloat32, OffALittle):
        before = wrong.called
        assert run_pair(wrong, check, record).status == "failed"
        called.append(wrong.called - before)
    assert called[1] == 2 * called[0]


@pytest.mark.parametrize("name", READ_OUTPUTS)
def test_nan_passes_no_comparison(name: str) -> None:
    """NaN in the outputs of a sequence fails each check that compares them."""
    cases = dict((c.name, r) for c, r in plan(SPECS["lstm"], claims_of(SPECS["lstm"])))[name]
    outcome = first_not_passed(NanOutputs, checks()[name], cases)
    assert outcome is not None
    assert outcome.status == "failed"


def test_notes_of_all_cases_are_kept_once() -> None:
    """A check that passes on every case carries each note of its cases once."""
    check, spec = checks()["reference_step"], SPECS["gru"]
    (outcome,) = run_plan(in_float32, [(check, check.cases(spec))])
    assert outcome.notes == ("computes in float32",)
    assert outcome.case_index == len(check.cases(spec)) - 1


def test_case_index_is_that_of_the_first_case_that_fails() -> None:
    """A mistake that needs two rows is found on the second case."""
    check, spec = checks()["gradient_reference"], SPECS["gru"]
    (outcome,) = run_plan(mistakes()["gradient_mean"].bind, [(check, check.cases(spec))])
    assert (outcome.status, outcome.case_index) == ("failed", 1)


def test_a_check_that_is_not_claimed_is_said_so() -> None:
    """Every check has an outcome, also those that do not apply."""
    spec = SPECS["elman"]
    ended = list(run_plan(bind, plan(spec, {"step"})))
    assert [o.check for o in ended] == list(checks())
    assert {o.status for o in ended if checks()[o.check].needs} == {"not claimed"}

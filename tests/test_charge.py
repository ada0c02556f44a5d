"""One fault is charged once, a second one beside it too, and what is right pays nothing."""

import pytest

from rnncheck.grading.charge import charge
from rnncheck.grading.diagnose import Diagnostician
from rnncheck.grading.report import Judged
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.cells import UNAWARE, unaware
from rnncheck.mistakes.combined import combined
from rnncheck.protocol.implementation import Bind
from rnncheck.suites.driver import plan, run_plan
from tests.catching import SPECS, offers
from tests.test_diagnose import InProcess

WORTH = {"golden": 10.0, "reference": 15.0, "gradient": 40.0, "time": 5.0}


def charged(bind: Bind, name: str, *, part: bool = False) -> dict[str, Judged]:
    """Return the failures of an implementation, by check, as they are charged."""
    spec = SPECS[name]
    pairs = plan(spec, offers(bind, spec))
    explain = Diagnostician(InProcess(bind, spec), tries=0)
    judged = [
        Judged(outcome, WORTH.get(outcome.family, 0.0), explain(outcome))
        for outcome in run_plan(bind, pairs)
    ]
    found = charge(judged, {check.name: cases for check, cases in pairs}, bind, part=part)
    return {item.outcome.check: item for item in found if item.outcome.status == "failed"}


def families(failures: dict[str, Judged], *, paying: bool) -> set[str]:
    """Return the families of the failures that cost points, or of those that do not."""
    return {
        item.outcome.family
        for item in failures.values()
        if item.worth and bool(item.follows) != paying
    }


def test_gates_in_another_order_cost_no_gradients() -> None:
    """Forward and backward agree with each other: it is one fault, of the forward pass."""
    failures = charged(mistakes()["gate_order_ifog"].bind, "lstm")
    assert families(failures, paying=True) == {"reference"}
    assert families(failures, paying=False) == {"golden", "gradient"}
    assert failures["gradient_reference"].follows in failures
    assert failures["gradient_reference"].points == WORTH["gradient"]
    assert failures["reference_sequence"].points == 0


def test_a_fault_of_the_backward_pass_is_charged_as_one_of_gradients() -> None:
    """Where gradients are lost, and not where a frozen trace of them is."""
    failures = charged(mistakes()["state_gradient_not_carried"].bind, "lstm")
    assert families(failures, paying=True) == {"gradient"}
    assert families(failures, paying=False) == {"golden"}


def test_a_second_fault_is_charged_too() -> None:
    """Gates in another order explain a gradient that they alone make wrong, and no other."""
    known = mistakes()
    both = combined(known["truncated_bptt_10"], known["gate_order_ifog"])
    failures = charged(both.bind, "lstm")
    assert failures["reference_sequence"].points == 0
    assert failures["gradient_reference"].follows
    assert not failures["gradient_long"].follows
    assert failures["gradient_long"].points == 0


@pytest.mark.parametrize(("name", "spec"), [("forget_left_out", "lstm"), ("reset_left_out", "gru")])
@pytest.mark.parametrize("by_the_book", [False, True])
def test_a_wrong_equation_costs_no_gradients(name: str, spec: str, by_the_book: bool) -> None:
    """Whether it is differentiated rightly, or the right one is, on what the wrong one gave."""
    wrong = mistakes()[name]
    if by_the_book:
        (wrong,) = unaware([wrong])
    failures = charged(wrong.bind, spec)
    assert families(failures, paying=True) == {"reference"}
    assert families(failures, paying=False) == {"golden", "gradient"}
    found = [item.diagnosis for item in failures.values() if item.diagnosis is not None]
    assert {one.mistake for one in found} == {name}
    assert {one.cause for one in found} == {wrong.what.removesuffix(UNAWARE)}


def test_in_a_part_of_a_homework_every_family_is_charged() -> None:
    """A function has one thing to get right; the gradients of what it gets wrong follow."""
    failures = charged(mistakes()["forget_left_out"].bind, "lstm", part=True)
    assert families(failures, paying=True) == {"golden", "reference"}
    assert families(failures, paying=False) == {"golden", "gradient"}
    assert failures["golden_backward"].follows == failures["gradient_reference"].follows


def test_what_no_mistake_explains_is_charged_everywhere() -> None:
    """Without a diagnosis nothing is known to follow."""
    known = mistakes()
    both = combined(known["gate_order_fgio"], known["hidden_weights_transposed"])
    failures = charged(both.bind, "lstm")
    assert {"golden", "reference", "gradient"} <= families(failures, paying=True)
    assert families(failures, paying=False) == set()

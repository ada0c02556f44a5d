"""One fault is charged once, a second one beside it too, and what is right pays nothing."""

from rnncheck.grading.charge import charge
from rnncheck.grading.diagnose import Diagnostician
from rnncheck.grading.report import Judged
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.combined import combined
from rnncheck.protocol.implementation import Bind
from rnncheck.suites.driver import plan, run_plan
from tests.catching import SPECS, offers
from tests.test_diagnose import InProcess

WORTH = {"golden": 10.0, "reference": 15.0, "gradient": 40.0, "time": 5.0}


def charged(bind: Bind, name: str) -> dict[str, Judged]:
    """Return the failures of an implementation, by check, as they are charged."""
    spec = SPECS[name]
    pairs = plan(spec, offers(bind, spec))
    explain = Diagnostician(InProcess(bind, spec), tries=0)
    judged = [
        Judged(outcome, WORTH.get(outcome.family, 0.0), explain(outcome))
        for outcome in run_plan(bind, pairs)
    ]
    found = charge(judged, {check.name: cases for check, cases in pairs}, bind)
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


def test_what_no_mistake_explains_is_charged_everywhere() -> None:
    """Without a diagnosis nothing is known to follow."""
    known = mistakes()
    both = combined(known["gate_order_fgio"], known["hidden_weights_transposed"])
    failures = charged(both.bind, "lstm")
    assert {"golden", "reference", "gradient"} <= families(failures, paying=True)
    assert families(failures, paying=False) == set()

"""Deep and bidirectional networks: the checks fail the mistakes made with them, and nothing else."""

from __future__ import annotations

import pytest

from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.layers import MISTAKES as LAYERS
from rnncheck.mistakes.networks import MISTAKES as NETWORKS
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind, claims_of
from rnncheck.suites.check import Check, checks
from rnncheck.suites.driver import plan, run_plan
from tests.catching import LAYERED, claimed_cases, first_not_passed

MISTAKES = LAYERS + NETWORKS
PAIRS = [
    pytest.param(mistake, spec, id=f"{mistake.id}-{name}")
    for mistake in MISTAKES
    for name, spec in LAYERED.items()
    if mistake.applies(spec)
]


def statuses(mistake: Mistake, spec: Spec) -> dict[str, str]:
    """Return how each check ends that does not pass a mistake."""
    found = {}
    for name, cases in claimed_cases(mistake, spec).items():
        outcome = first_not_passed(mistake.bind, checks()[name], cases)
        if outcome is not None:
            found[name] = outcome.status
    return found


@pytest.mark.parametrize(("mistake", "spec"), PAIRS)
def test_mistake_is_caught(mistake: Mistake, spec: Spec) -> None:
    """Some check fails, and none ends in an error."""
    found = statuses(mistake, spec)
    assert set(found.values()) == {"failed"}


def test_every_mistake_can_be_made() -> None:
    """Each mistake of the two files applies to one of the specs above."""
    specs = LAYERED.values()
    assert not [m.id for m in MISTAKES if not any(m.applies(spec) for spec in specs)]


@pytest.mark.parametrize(
    ("mistake", "spec", "check"),
    [
        ("layers_share_state", "elman stacked alike", "reference_sequence"),
        ("directions_share_weights", "gru bidirectional", "reference_sequence"),
        ("directions_swapped", "lstm stacked bidirectional", "state_last_output"),
        ("directions_swapped", "gru bidirectional", "time_causal"),
        ("reverse_from_padding", "gru bidirectional", "mask_poison"),
        ("reverse_from_padding", "lstm stacked bidirectional", "mask_state"),
        ("reverse_not_turned_back", "gru bidirectional", "time_split"),
        ("reverse_state_from_last_step", "lstm stacked bidirectional", "state_last_output"),
        ("reverse_state_from_last_step", "gru bidirectional", "time_split"),
        ("layers_detached", "lstm stacked", "gradient_reference"),
        ("layers_detached", "gru stacked bidirectional alike", "golden_backward"),
        ("lower_state_gradient_ignored", "elman stacked alike", "gradient_reference"),
        ("upper_initial_state_ignored", "lstm stacked", "golden_forward"),
        ("state_of_top_layer_for_all", "elman stacked alike", "reference_sequence"),
        ("states_by_direction", "gru stacked bidirectional alike", "state_last_output"),
        ("direction_states_swapped", "lstm stacked bidirectional", "state_last_output"),
        ("direction_gradient_overwritten", "gru bidirectional", "gradient_reference"),
    ],
)
def test_check_fails_the_mistake_that_it_is_for(mistake: str, spec: str, check: str) -> None:
    """The claim that a mistake breaks is among those that fail."""
    assert check in statuses(mistakes()[mistake], LAYERED[spec])


@pytest.mark.parametrize("name", LAYERED)
@pytest.mark.parametrize("check", [pytest.param(c, id=n) for n, c in checks().items()])
def test_check_catches_its_mistake(check: Check, name: str) -> None:
    """A check that runs on such a network fails its own mistake, where that can be made."""
    mistake, spec = mistakes()[check.catches], LAYERED[name]
    if not mistake.applies(spec) or check.name not in claimed_cases(mistake, spec):
        return
    outcome = first_not_passed(mistake.bind, check, claimed_cases(mistake, spec)[check.name])
    assert outcome is not None
    assert outcome.status == "failed"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", LAYERED)
def test_reference_passes(name: str, dtype: str) -> None:
    """The reference passes everything that it claims, without a note."""
    spec = LAYERED[name]
    ended = run_plan(bind, plan(spec, claims_of(spec)), dtype)
    bad = [(o.check, o.status, o.notes) for o in ended if o.status != "not claimed"]
    assert [one for one in bad if one[1:] != ("passed", ())] == []

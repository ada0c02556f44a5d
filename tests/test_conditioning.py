"""Every case of the bank is judged, in float32 too, for every implementation that comes along."""

import pytest

from rnncheck import adapters
from rnncheck.grading.implementations import reference_handles
from rnncheck.grading.opened import spec_of
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec
from rnncheck.suites.blurred import blurred
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.driver import plan

Offered = dict[CaseSpec, str]


def _records(world: str) -> Offered:
    """Return each record with the name of an implementation that it is for."""
    found: Offered = {}
    handles: list[tuple[str, Spec | Operations, frozenset[str]]] = [
        (h.name, h.spec, h.claims) for h in reference_handles()
    ]
    for adapter in map(adapters.load, adapters.names()):
        for target in adapter.targets:
            spec = spec_of(target.options)
            handles.append((f"{adapter.world}: {target.name}", spec, adapter.claims(spec)))
    for name, meant, claims in handles:
        if name.startswith(world):
            for _, records in plan(meant, claims):
                found |= dict.fromkeys(records, name)
    return found


@pytest.mark.parametrize("world", ["reference", "torch", "keras3", "tf1"])
def test_bank_is_judged(world: str) -> None:
    """In no result of a sequence or a step does rounding move numbers by a hundredth."""
    others = () if world == "reference" else _records("reference").keys()
    mine = {r: name for r, name in _records(world).items() if r not in others}
    assert mine
    bad = [(n, r.seed, found) for r, n in mine.items() if (found := blurred(make_case(r)))]
    assert not bad, f"choose other seeds for {bad}"


def test_kinks_and_chaos_are_not_judged() -> None:
    """Gradients where a unit is at the edge of a kink, outputs that rounding carries away."""
    spec = Spec("elman", 3, (5,), activation="relu", biases="single")
    long = CaseSpec(spec, steps=41, batch=2, seed=114, remember=True, upstream="final")
    assert blurred(make_case(long)) == [
        "sequence: d.bias_ih",
        "sequence: d.weight_hh",
        "sequence: d.weight_ih",
        "sequence: d.x",
    ]
    chaotic = CaseSpec(Spec("elman", 1, (16,), biases="none"), steps=60, seed=1, scale=3.0)
    assert "sequence: outputs" in blurred(make_case(chaotic))
    assert not blurred(make_case(CaseSpec(spec, steps=4, batch=2, seed=114)))

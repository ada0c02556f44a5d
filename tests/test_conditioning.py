"""Every case of the bank is judged, in float32 too, for every implementation that comes along."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from rnncheck import adapters
from rnncheck.grading.implementations import reference_handles
from rnncheck.grading.opened import spec_of
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Padding, Spec
from rnncheck.suites.blurred import blurred
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.driver import plan

APART = "gradient_time"  # by a bound of its own
WORLDS = ("reference", "torch", "keras3", "tf1")
PLAIN = Padding("zero", "initial", "any")


@functools.cache
def _records(world: str) -> dict[CaseSpec, str]:
    """Return each record with the name of an implementation that it is for.

    The order of axes, the padding rule and where a check splits change no number but zeros.
    """
    handles: list[tuple[str, Spec | Operations, frozenset[str]]] = [
        (h.name, h.spec, h.claims) for h in reference_handles()
    ]
    for adapter in map(adapters.load, adapters.names()):
        for target in adapter.targets:
            own = spec_of(target.options)
            handles.append((f"{adapter.world}: {target.name}", own, adapter.claims(own)))
    found: dict[CaseSpec, str] = {}
    for name, spec, claims in handles:
        if name.startswith(world):
            asked = [records for c, records in plan(spec, claims) if c.name != APART]
            for record in (r for records in asked for r in records):
                if isinstance(record, CaseSpec) and not record.golden:
                    plain = record.spec.with_(time_major=True, padding=PLAIN)
                    found[replace(record, spec=plain, split=0)] = name
    return found


@pytest.mark.parametrize("world", WORLDS)
def test_bank_is_judged(world: str) -> None:
    """In no result of a sequence or a step does rounding move numbers by a hundredth."""
    mine = _records(world)
    for before in WORLDS[: WORLDS.index(world)]:
        mine = {record: name for record, name in mine.items() if record not in _records(before)}
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
    wild = Spec("elman", 1, (16,), biases="none")
    assert "sequence: outputs" in blurred(make_case(CaseSpec(wild, steps=60, seed=1, scale=3.0)))
    assert not blurred(make_case(CaseSpec(spec, steps=4, batch=2, seed=114)))

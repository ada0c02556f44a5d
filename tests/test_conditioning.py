"""Every case of the bank may be judged in float32, for every implementation that comes with it."""

import pytest

from rnncheck import adapters
from rnncheck.grading.implementations import reference_handles
from rnncheck.grading.opened import spec_of
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.conditioning import well_conditioned
from rnncheck.suites.driver import plan


def _offered() -> list[tuple[str, Spec, frozenset[str]]]:
    found = [(h.name, h.spec, h.claims) for h in reference_handles()]
    for adapter in map(adapters.load, adapters.names()):
        for target in adapter.targets:
            spec = spec_of(target.options)
            found.append((f"{adapter.name}[{target.name}]", spec, adapter.claims(spec)))
    return found


@pytest.mark.parametrize(
    ("spec", "claims"), [pytest.param(s, c, id=name) for name, s, c in _offered()]
)
def test_bank_is_well_conditioned(spec: Spec, claims: frozenset[str]) -> None:
    """The reference in float32 stays within a quarter of float32's allowance."""
    bad = [
        (check.name, record.seed)
        for check, records in plan(spec, claims)
        for record in records
        if not well_conditioned(record)
    ]

    assert not bad, f"choose other seeds for {bad}"


def test_cancellation_is_not_well_conditioned() -> None:
    """A gradient of one unit that is the small difference of large terms is not judged."""
    spec = Spec("lstm", 1, (1,), forget_bias=1.0, biases="single")
    verdicts = {well_conditioned(CaseSpec(spec, steps=5, batch=1, seed=s)) for s in range(300)}

    assert verdicts == {True, False}

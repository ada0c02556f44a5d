"""The checks of dropout: what draws its masks rightly passes, chance is told from a mistake."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnncheck.adapters.base import Layout
from rnncheck.mistakes.dropout_drawn import Drawing
from rnncheck.protocol.names import Arrays, dropout_shapes, flat, result_shapes
from rnncheck.protocol.spec import Dropout, Spec
from rnncheck.reference.implementation import ReferenceImplementation, bind
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.chance import surprise, too_unlikely
from rnncheck.suites.check import checks
from rnncheck.suites.check_dropout_drawn import RATE
from rnncheck.suites.driver import plan, run_pair, run_plan
from rnncheck.suites.sizes import sized
from tests.catching import DROPPING, offers

WRAPPERS = {name for name, check in checks().items() if check.family == "wrappers"}


@pytest.mark.parametrize("name", DROPPING)
def test_what_draws_its_own_masks_rightly_passes(name: str) -> None:
    """Every check of dropout that applies, in both dtypes."""
    spec = DROPPING[name]
    pairs = [p for p in plan(spec, offers(Drawing, spec)) if p[0].name in WRAPPERS and p[1]]
    assert "dropout_drawn" in {check.name for check, _ in pairs}
    for dtype in ("float64", "float32"):
        assert {o.status for o in run_plan(Drawing, pairs, dtype)} == {"passed"}


def test_no_check_of_dropout_where_nothing_is_dropped() -> None:
    """A spec without dropout has no such claim and no such case."""
    spec = Spec("lstm", 2, (3,))
    claims = bind(spec, make_case(CaseSpec(spec)).params).claims
    assert not claims & {"dropout", "dropout_given", "dropout_drawn"}
    assert not [check for check, cases in plan(spec, claims) if cases and check.name in WRAPPERS]


class Odd(Drawing):
    """Shows its masks scaled, or with a number that is no mask."""

    def varied(self, given: Any) -> Arrays:
        """Compute a sequence and spoil a mask."""
        result = super().varied(given)
        return {n: 2 * a if n.startswith("dropout.") else a for n, a in result.items()}


def test_a_mask_that_came_back_holds_zeros_and_ones_only() -> None:
    """A stranger's mask is data to be checked before it is used."""
    spec = DROPPING["elman dropout"]
    record = checks()["dropout_forward"].cases(spec)[0]
    failure = run_pair(Odd, checks()["dropout_forward"], record).failure
    assert failure is not None
    assert "output holds 2" in failure.reason


class Shared(Drawing):
    """Draws masks that depend on each other along one axis."""

    axis = 0

    def draw(self, given: Any) -> Arrays | None:
        """Give every place of an axis the mask of the first."""
        masks = super().draw(given) or {}
        return {
            n: np.broadcast_to(np.take(m, [0], axis=self.axis), m.shape) for n, m in masks.items()
        }


@pytest.mark.parametrize(("axis", "letter"), list(enumerate("tbh")))
def test_masks_shared_by_steps_rows_or_units_are_found(axis: int, letter: str) -> None:
    """One mask for all steps, all rows or all units where each has its own."""
    spec, check = DROPPING["elman dropout"], checks()["dropout_drawn"]
    kind = type("SharedHere", (Shared,), {"axis": axis})
    failure = run_pair(kind, check, check.cases(spec)[0]).failure
    assert failure is not None
    assert f"pairs of neighbours along {letter}" in failure.reason


def test_a_seed_decides_about_the_masks() -> None:
    """The same masks for every seed, or others for the same seed, are found."""
    spec, check = DROPPING["elman dropout"], checks()["dropout_drawn"]
    counted = iter(range(1000))
    for seed, said in ((lambda given: 3, "two seeds"), (lambda given: next(counted), "same seed")):

        def draw(self: Any, given: Any, seed: Any = seed) -> Arrays | None:
            seeded = {"seed": np.array(seed(given))}
            return Drawing.draw(self, replace(given, dropout=seeded))

        kind = type("Seeded", (Drawing,), {"draw": draw})
        failure = run_pair(kind, check, check.cases(spec)[0]).failure
        assert failure is not None
        assert said in failure.reason


def test_small_masks_may_be_equal_by_chance() -> None:
    """Of a few elements two seeds often give the same; one seed for all is found there, too."""
    spec, check = sized(DROPPING["elman dropout"], 1, 1), checks()["dropout_drawn"]

    class Unseeded(Drawing):
        def draw(self, given: Any) -> Arrays | None:
            return Drawing.draw(self, replace(given, dropout={"seed": np.array(3)}))

    for seed in range(30):
        record = CaseSpec(spec, steps=1, batch=1, seed=seed, training=True)
        assert run_pair(Drawing, check, record).status == "passed"
        failure = run_pair(Unseeded, check, record).failure
        assert failure is not None
        assert "two seeds" in failure.reason


def test_false_alarms_are_as_rare_as_stated() -> None:
    """The exact probability of an alarm, summed over all counts, is at most the rate."""
    for draws, chance, rate in ((40, 0.5, 0.01), (100, 0.75, 1e-4), (384, 0.25, RATE)):
        odds = [
            math.comb(draws, k) * chance**k * (1 - chance) ** (draws - k) for k in range(draws + 1)
        ]
        alarms = [k for k in range(draws + 1) if too_unlikely(k, draws, chance, rate)]
        assert alarms
        assert sum(odds[k] for k in alarms) <= rate
    assert surprise(0, 10, 0.5) == pytest.approx(10 * math.log(2))


def test_masks_in_a_call_are_those_bound_over_keep() -> None:
    """The reference divides by keep what a call is given as 0 and 1, in each dtype."""
    for name, spec in DROPPING.items():
        case = make_case(CaseSpec(spec, training=True))
        assert case.dropout is not None
        scaled = {
            n: m / getattr(spec.dropout, n.rpartition(".")[2] + "_keep")
            for n, m in case.dropout.items()
        }
        bound = ReferenceImplementation(spec, case.params, masks=scaled)
        got = bind(spec, case.params).sequence(case.x, case.state, dropout=case.dropout)
        for key, array in bound.sequence(case.x, case.state).items():
            assert np.array_equal(got[key], array), (name, key)


def test_case_masks_come_last() -> None:
    """Training changes no other number of a case."""
    spec = DROPPING["lstm dropout"]
    plain, training = (make_case(CaseSpec(spec, training=on)) for on in (False, True))
    assert plain.dropout is None
    assert np.array_equal(plain.x, training.x)
    assert all(np.array_equal(plain.d_state[k], training.d_state[k]) for k in plain.d_state)


@pytest.mark.parametrize("draw", ["step", "once"])
def test_masks_cross_in_the_order_of_axes_of_the_implementation(draw: str) -> None:
    """A batch-major implementation sees and shows masks (B, T, W), one drawn once as (B, W)."""
    spec = Spec("gru", 2, (3,), time_major=False, dropout=Dropout(0.5, draw=draw))
    masks = {n: np.ones(s) for n, s in dropout_shapes(spec, 5, 4).items()}
    layout = _Bare()
    native = layout.arguments(spec, "sequence", flat(x=np.ones((5, 4, 2)), dropout=masks))
    assert native["dropout.input"].shape == ((4, 5, 2) if draw == "step" else (4, 2))
    shapes = result_shapes(spec, "sequence", 5, 4, drawn=True)
    assert shapes["dropout.input"] == masks["input"].shape
    own = layout.result_shapes(spec, "sequence", 5, 4, drawn=True)
    assert own["dropout.input"] == native["dropout.input"].shape
    back = layout.results(spec, "sequence", {n: np.ones(s) for n, s in own.items()})
    assert back["dropout.input"].shape == masks["input"].shape


class _Bare(Layout):
    """Leaves parameters as they are."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Return them."""
        return params

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Return them."""
        return native


def test_seeds_are_drawn_from_no_global_generator() -> None:
    """Masks of a case and of a drawing implementation leave random's own stream alone."""
    random.seed(5)
    first = random.random()
    random.seed(5)
    spec = DROPPING["lstm dropout"]
    case = make_case(CaseSpec(spec, training=True))
    Drawing(spec, case.params).sequence(case.x, case.state, dropout={"seed": np.array(1)})
    assert random.random() == first

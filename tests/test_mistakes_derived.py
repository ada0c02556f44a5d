"""Gradients of wrong cells: exact derivatives of what they compute, or those of the right ones."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import Celled, unaware
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import Case, make_case
from rnncheck.suites.cases import general, padded
from tests.catching import DROPPING, LAYERED, SPECS

SMALL = 1e-6
ROUNDED = "cell_in_half_precision"  # in steps: its derivative is taken as that of what is rounded


def wrong_forward() -> Iterator[tuple[Mistake, Spec]]:
    """Yield the mistakes of a cell's forward pass with two specs, alone, in layers and dropout."""
    for mistake in mistakes().values():
        made: object = mistake.bind
        if isinstance(made, type) and issubclass(made, Celled) and made.forward is not None:
            every = [*SPECS.values(), *LAYERED.values(), *DROPPING.values()]
            fitting = [spec for spec in every if mistake.applies(spec)]
            yield mistake, fitting[0]
            yield mistake, fitting[-1]


PAIRS = list(wrong_forward())


def moved(arrays: Mapping[str, Array], by: Mapping[str, Array], step: float) -> Arrays:
    """Return arrays moved in a direction."""
    return {name: array + step * by[name] for name, array in arrays.items()}


def loss(mistake: Mistake, case: Case, params: Arrays, state: Arrays, x: Array) -> float:
    """Return the weighted sum of all results."""
    made = mistake.bind(case.spec, params)
    found = made.sequence(x, state, case.lengths, case.mask, case.dropout)
    parts = [(case.d_state[part] * found[f"state.{part}"]).sum() for part in case.d_state]
    return float((case.d_outputs * found["outputs"]).sum() + sum(parts))


@pytest.mark.parametrize(("mistake", "spec"), PAIRS, ids=[m.id for m, _ in PAIRS])
def test_gradients_are_those_of_the_wrong_forward(mistake: Mistake, spec: Spec) -> None:
    """By a difference in a drawn direction, all parameters, x and the state at once."""
    training = spec in DROPPING.values()
    case = make_case(padded(spec)[0] if not training else general(spec, training=True)[1])
    gradients = mistake.bind(case.spec, case.params).sequence_vjp(
        case.x, case.state, case.d_outputs, case.d_state, case.lengths, case.mask, case.dropout
    )
    assert case.state is not None
    state, draw = dict(case.state), np.random.default_rng(random.Random(mistake.id).getrandbits(32))
    by = {
        n: draw.standard_normal(a.shape) for n, a in {**case.params, **state, "x": case.x}.items()
    }
    ends = [
        loss(
            mistake,
            case,
            moved(case.params, by, step),
            moved(state, by, step),
            case.x + step * by["x"],
        )
        for step in (SMALL, -SMALL)
    ]
    slope = (gradients["d.x"] * by["x"]).sum()
    slope += sum((gradients[f"d.{name}"] * by[name]).sum() for name in case.params)
    slope += sum((gradients[f"d.state.{part}"] * by[part]).sum() for part in state)
    if mistake.id != ROUNDED:
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * SMALL), rel=1e-6, abs=1e-6)


def test_a_rounded_cell_has_the_gradients_of_what_is_rounded() -> None:
    """To half precision's digits they are the right ones."""
    case = make_case(general(SPECS["lstm"])[1])
    given = (case.x, case.state, case.d_outputs, case.d_state)
    rounded = mistakes()[ROUNDED].bind(case.spec, case.params).sequence_vjp(*given)
    right = bind(case.spec, case.params).sequence_vjp(*given)
    assert any(not np.array_equal(rounded[name], array) for name, array in right.items())
    for name, array in right.items():
        np.testing.assert_allclose(rounded[name], array, atol=5e-3 * np.abs(array).max())


def test_the_unaware_differentiate_the_right_equation() -> None:
    """Where the wrong line is in no other line's way, what comes back is of the right cell."""
    (mistake,) = unaware([mistakes()["old_cell_at_output"]])
    case = make_case(general(SPECS["lstm"])[1])
    given = (case.x[0], case.state, case.d_outputs[0], case.d_state)
    own = mistake.bind(case.spec, case.params).step_vjp(*given)
    aware = mistakes()["old_cell_at_output"].bind(case.spec, case.params).step_vjp(*given)
    assert not np.allclose(own["d.state.c"], aware["d.state.c"])
    assert list(unaware([mistakes()["state_gradient_not_added"]])) == []


@pytest.mark.parametrize("name", ["cell_gradient_not_carried", "hidden_gradient_not_added"])
def test_loops_carry_a_hidden_cell_state(name: str) -> None:
    """A c that is not handed in or back goes from step to step all the same."""
    shown = SPECS["lstm"]
    case = make_case(general(shown)[1])
    assert case.state is not None
    none = np.zeros_like(case.state["c"])
    start, end = {"h": case.state["h"]}, {"h": case.d_state["h"]}
    hidden = case.spec.with_(cell_state="hidden")
    wrong = mistakes()[name].bind
    found = wrong(hidden, case.params).sequence_vjp(case.x, start, case.d_outputs, end)
    whole = wrong(case.spec, case.params).sequence_vjp(
        case.x, {**start, "c": none}, case.d_outputs, {**end, "c": none}
    )
    assert found.keys() == whole.keys() - {"d.state.c"}
    assert all(np.array_equal(array, whole[part]) for part, array in found.items())


@pytest.mark.parametrize(
    "name",
    ["state_not_carried", "cell_state_not_carried", "weights_change_over_time", "cell_as_output"],
)
def test_loops_show_a_hidden_cell_state_of_every_step(name: str) -> None:
    """A wrong loop forward gives what it gives where c is shown, from a c of zeros, and its trace."""
    case = make_case(general(SPECS["lstm"])[1])
    assert case.state is not None
    start = {"h": case.state["h"]}
    wrong = mistakes()[name].bind
    found = wrong(case.spec.with_(cell_state="hidden"), case.params).sequence(case.x, start)
    none = np.zeros_like(case.state["c"])
    whole = wrong(case.spec, case.params).sequence(case.x, {**start, "c": none})
    assert found.keys() == whole.keys() - {"state.c"}
    assert all(np.array_equal(array, whole[part]) for part, array in found.items())
    np.testing.assert_array_equal(found["trace.c"][-1], whole["state.c"])

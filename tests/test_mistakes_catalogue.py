"""The catalogue as text: it says what the code does, and its lines are right where unchanged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rnncheck.grading.catalogue import table
from rnncheck.mistakes import elman_backward, gru_backward, mistakes
from rnncheck.mistakes.aliases import Aliased
from rnncheck.mistakes.lstm_backward import backward
from rnncheck.mistakes.lstm_forward import forward
from rnncheck.reference import elman, gru, lstm
from rnncheck.reference.arrays import Named, Numbers
from rnncheck.reference.implementation import bind
from rnncheck.reference.nonlinearities import slope
from rnncheck.suites.case import make_case
from rnncheck.suites.cases import general
from tests.catching import SPECS

DOCS = Path(__file__).resolve().parents[1] / "docs"
Gradients = tuple[Named, Numbers, Named]


def test_page_is_what_the_command_writes() -> None:
    """docs/mistakes.md; `rnncheck mistakes list --markdown > docs/mistakes.md` writes it."""
    assert table() == (DOCS / "mistakes.md").read_text("utf-8")


def test_every_mistake_is_whole() -> None:
    """Words and a hint that ends a sentence; a source; an id in small letters."""
    for mistake in mistakes().values():
        assert mistake.id.replace("_", "").isalnum(), mistake.id
        assert mistake.id == mistake.id.lower()
        assert mistake.hint[-1] in ".?", mistake.id
        assert mistake.source, mistake.id
        assert mistake.what not in mistake.hint


@pytest.mark.parametrize("name", ["lstm", "lstm peepholes"])
def test_lines_of_the_lstm_are_right(name: str) -> None:
    """Without a change the lines that mistakes are made of give the reference's numbers."""
    case = make_case(general(SPECS[name])[1])
    given = case.spec, case.params, case.x[0], case.state or {}
    new, trace = lstm.forward(*given)
    again, _ = forward()(*given)
    assert all(np.array_equal(again[part], new[part]) for part in new)
    _hold(backward()(*given, trace, case.d_state), lstm.backward(*given, trace, case.d_state))


@pytest.mark.parametrize("name", ["gru", "gru reset before"])
def test_lines_of_the_gru_are_right(name: str) -> None:
    """Likewise."""
    case = make_case(general(SPECS[name])[1])
    given = case.spec, case.params, case.x[0], case.state or {}
    _, trace = gru.forward(*given)
    ours = gru_backward.backward()(*given, trace, case.d_state)
    _hold(ours, gru.backward(*given, trace, case.d_state))


def test_lines_of_an_elman_cell_are_right() -> None:
    """Likewise."""
    case = make_case(general(SPECS["elman"])[1])
    given = case.spec, case.params, case.x[0], case.state or {}
    _, trace = elman.forward(*given)
    ours = elman_backward.backward(lambda s: slope("tanh", s["a"]))
    right = elman.backward(*given, trace, case.d_state)
    _hold(ours(*given, trace, case.d_state), right)


def test_a_cache_that_nothing_overwrites_is_right() -> None:
    """What the mistakes of aliases are made of."""
    case = make_case(general(SPECS["lstm"])[1])
    given = case.x, case.state, case.d_outputs, case.d_state
    ours = Aliased(case.spec, case.params).sequence_vjp(*given)
    right = bind(case.spec, case.params).sequence_vjp(*given)
    assert all(np.array_equal(ours[name], array) for name, array in right.items())


def _hold(got: Gradients, right: Gradients) -> None:
    for one, other in ((got[0], right[0]), (got[2], right[2]), ({"x": got[1]}, {"x": right[1]})):
        assert one.keys() == other.keys()
        for part, array in other.items():
            np.testing.assert_allclose(one[part], array, rtol=1e-13, atol=1e-14)

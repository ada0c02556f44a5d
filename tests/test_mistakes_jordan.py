"""Mistakes in Jordan networks: the first step is right, and what follows is not."""

from __future__ import annotations

import numpy as np
import pytest

from rnncheck.mistakes import mistakes
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from tests.reference_cases import make, worst

SPEC = Spec("jordan", 2, (3,), output_size=3, output_activation="sigmoid")
MEMORY = ("hidden", "before_activation", "without_bias")


@pytest.mark.parametrize("what", MEMORY)
def test_jordan_memory_is_wrong_from_the_second_step(what: str) -> None:
    """Nothing wrong is remembered before the first step, so its output is right."""
    case = make(SPEC)
    wrong = mistakes()[f"jordan_remembers_{what}"].bind(SPEC, case.params)
    got, right = (b.sequence(case.x, case.state) for b in (wrong, bind(SPEC, case.params)))
    assert worst(got["outputs"][0], right["outputs"][0]) <= 1e-15
    assert worst(got["outputs"][1:], right["outputs"][1:]) > 1e-3
    assert worst(got["state.y"], right["state.y"]) > 1e-3


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_jordan_that_remembers_hidden_is_an_elman_network(direction: str) -> None:
    """Where O equals H the mistake is exactly the Elman network of the same arrays."""
    spec = SPEC.with_(directions=(direction,))
    case = make(spec)
    wrong = mistakes()["jordan_remembers_hidden"].bind(spec, case.params)
    got = wrong.sequence(case.x, case.state)
    elman = bind(spec.with_(cell="elman"), case.params)
    expected = elman.sequence(case.x, {"h": case.state["y"]})
    assert np.array_equal(got["outputs"], expected["outputs"])
    assert np.array_equal(got["state.y"], expected["state.h"])


def test_jordan_output_gradient_direct_is_wrong_in_the_output_layer_alone() -> None:
    """Of all gradients only those of weight_ho and bias_o differ, of a sequence and of a step."""
    case = make(SPEC)
    wrong = mistakes()["jordan_output_gradient_direct"].bind(SPEC, case.params)
    right, upstream = bind(SPEC, case.params), (case.d_outputs, case.d_state)
    pairs = [[b.sequence_vjp(case.x, case.state, *upstream) for b in (wrong, right)]]
    first = (case.x[0], case.state, case.d_outputs[0], case.d_state)
    pairs.append([b.step_vjp(*first) for b in (wrong, right)])
    for got, expected in pairs:
        differ = {name for name in expected if worst(got[name], expected[name]) > 1e-3}
        assert differ == {"d.weight_ho", "d.bias_o"}
        assert all(worst(got[n], expected[n]) <= 1e-13 for n in expected.keys() - differ)

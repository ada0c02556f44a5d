"""Gradient flow: BPTT, step Jacobians by complex step, by vjp and by differences agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference import flow
from rnncheck.reference.differences import gradients
from rnncheck.reference.flow import Flow, by_backward, by_product, reference_flow, states, verdict
from rnncheck.reference.implementation import bind
from rnncheck.reference.jacobians import by_differences, by_step_vjp, pack, unpack
from rnncheck.reference.truncated import bind as bind_truncated
from tests.reference_cases import Drawn, Numbers, make, specs, worst

T, B = 5, 3
CELLS = pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
SEEDS = st.integers(0, 10**6)


def made(cell: str) -> Drawn:
    """Return a case of a cell; Jordan's has the output that it remembers."""
    return make(Spec(cell, 2, (4,), output_size=3 if cell == "jordan" else 0), T, B)


def along(case: Drawn) -> Numbers:
    """Return the states of the reference."""
    return states(bind(case.spec, case.params), case.x, case.state)


def exact(case: Drawn) -> Flow:
    """Return the product of Jacobians by complex step."""
    return reference_flow(case.spec, case.params, case.x, case.state)


def forward_only(spec: Spec) -> Spec:
    """Return the spec with the one direction that has steps."""
    return spec.with_(directions=("forward",))


@settings(max_examples=40)
@given(spec=specs(layers=2), seed=SEEDS)
def test_backward_equals_the_product_of_jacobians(spec: Spec, seed: int) -> None:
    """Any cell and option; the whole (T + 1, B, S, S), not only its norms."""
    case = make(forward_only(spec), T, B, seed)
    bound = bind(case.spec, case.params)
    got, expected = by_backward(bound, case.x, along(case)), exact(case)
    for t in range(T + 1):
        assert worst(got.jacobians[t], expected.jacobians[t]) <= 1e-12
    by_steps = by_product(bound, case.x, along(case), by_step_vjp)
    np.testing.assert_allclose(by_steps.jacobians, expected.jacobians, rtol=0, atol=1e-9)


@settings(max_examples=40)
@given(spec=specs(layers=2), seed=SEEDS)
def test_loss_gradient_equals_the_product_of_jacobians(spec: Spec, seed: int) -> None:
    """At every t, with upstream gradients on every output and the final state."""
    case = make(forward_only(spec), T, B, seed)
    upstream = (case.d_outputs, case.d_state)
    got = flow.loss_by_backward(bind(case.spec, case.params), case.x, along(case), *upstream)
    expected = flow.loss_by_product(case.spec, case.params, case.x, along(case), *upstream)
    for t in range(T + 1):
        assert worst(got[t], expected[t]) <= 1e-12


@CELLS
def test_loss_gradient_at_0_is_that_of_the_initial_state(cell: str) -> None:
    """By complex-step differences of the whole forward pass; at T it is the upstream gradient."""
    case = made(cell)
    upstream = (case.d_outputs, case.d_state)
    got = flow.loss_by_product(case.spec, case.params, case.x, along(case), *upstream)
    grads = gradients(case.spec, case.params, case.x, case.state, *upstream)
    first = {part: grads[f"d.state.{part}"] for part in case.state}
    assert worst(got[0], pack(first, case.spec)) <= 1e-12
    assert worst(got[T], pack(case.d_state, case.spec)) == 0.0


@CELLS
def test_differences_give_nine_digits(cell: str) -> None:
    """Of the forward pass alone, for what has no backward."""
    case = made(cell)
    bound = bind(case.spec, case.params)
    got = by_product(bound, case.x, along(case), by_differences)
    for t in range(T + 1):
        assert worst(got.jacobians[t], exact(case).jacobians[t]) <= 1e-8


@CELLS
def test_differences_of_float32_give_three_digits(cell: str) -> None:
    """The nudge is as large as the type of the new state needs."""
    case = made(cell)
    bound = bind(case.spec, case.params, "float32")
    got = by_product(bound, case.x, along(case), by_differences)
    for t in range(T + 1):
        assert worst(got.jacobians[t], exact(case).jacobians[t]) <= 1e-3


@CELLS
def test_states_are_those_of_the_run(cell: str) -> None:
    """From the initial to the final one."""
    case = made(cell)
    result = bind(case.spec, case.params).sequence(case.x, case.state)
    got = along(case)
    assert worst(got[0], pack(case.state, case.spec)) == 0.0
    for part, value in unpack(got[T], case.spec).items():
        assert worst(value, result[f"state.{part}"]) <= 1e-14


def test_flow_of_a_linear_network_is_a_power() -> None:
    """h_t = W h_(t-1): the flow is W^(T-t), its norm that of a diagonal matrix."""
    spec = Spec("elman", 2, (3,), activation="identity", biases="none")
    case = make(spec, T, B)
    case.params["weight_hh"][0] = np.diag([0.5, -2.0, 1.0])
    got = exact(case)
    np.testing.assert_allclose(got.norms, 2.0 ** np.arange(T, -1, -1)[:, None] * np.ones(B))
    np.testing.assert_allclose(
        got.jacobians[0, 0], np.diag([0.5, -2.0, 1.0]) ** T * np.eye(3), atol=1e-15
    )


@pytest.mark.parametrize(
    ("scale", "words"), [(0.01, "vanishing"), (1.0, "flowing"), (20.0, "exploding")]
)
def test_verdicts_say_what_becomes_of_the_gradient(scale: float, words: str) -> None:
    """A rotation, shrunk and grown; the last state depends on itself fully."""
    spec = Spec("elman", 2, (3,), activation="identity", biases="none")
    case = make(spec, T, B)
    case.params["weight_hh"][0] = scale * np.roll(np.eye(3), 1, axis=1)
    got = exact(case)
    assert got.verdicts()[0] == words
    assert got.verdicts()[T] == "flowing"


def test_verdict_of_what_is_not_finite() -> None:
    """NaN is no gradient that flows."""
    assert verdict(np.nan) == verdict(np.inf) == "exploding"
    holed = Flow(np.array([[[[np.nan, 1.0], [0.0, 1.0]]], [np.eye(2)]]))
    assert np.isnan(holed.largest[0])
    assert holed.verdicts() == ["exploding", "flowing"]


def test_truncated_backward_is_seen() -> None:
    """Flow by the BPTT under test stops at the cut, its states' own does not."""
    case = make(Spec("lstm", 2, (4,)), T, B)
    cut = by_backward(bind_truncated(case.spec, case.params, 2), case.x, along(case))
    assert not cut.norms[:3].any()
    assert exact(case).norms.all()


def test_a_reverse_network_has_no_flow() -> None:
    """It has no step forward in time."""
    case = make(Spec("lstm", 2, (4,), directions=("reverse",)), T, B)
    with pytest.raises(SpecError, match="the flow of gradients from step to step needs"):
        exact(case)

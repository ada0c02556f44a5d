"""Number types, large inputs, and values known in closed form."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncheck.protocol.spec import ACTIVATIONS, Spec
from rnncheck.reference.implementation import ReferenceImplementation, bind
from rnncheck.reference.nonlinearities import activate, sigmoid, slope
from tests.reference_cases import make, masks, specs, worst

CELLS = ("elman", "jordan", "lstm", "gru")
OPTIONS: dict[str, dict[str, Any]] = {
    "elman": {},
    "jordan": {"output_size": 3},
    "lstm": {"peepholes": True, "forget_bias": 1.0, "cell_clip": 2.0, "projection": 3},
    "gru": {"reset": "before", "update": "z_takes"},
}


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_is_kept_everywhere(cell: str, dtype: str) -> None:
    """No part of a result is computed in another type than the one bound."""
    options: dict[str, Any] = OPTIONS[cell] | {"output_size": 3}
    spec = Spec(cell=cell, input_size=2, hidden_sizes=(4,), **options)
    case = make(spec)
    bound = bind(spec, case.params, dtype)
    lengths = np.array([4, 2, 0])
    upstream = (case.d_outputs, case.d_state)
    for results in (
        bound.sequence(case.x, None, lengths),
        bound.step(case.x[0], case.state),
        bound.sequence_vjp(case.x, case.state, *upstream, lengths),
        bound.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state),
    ):
        assert {name: str(array.dtype) for name, array in results.items()} == dict.fromkeys(
            results, dtype
        )


@settings(max_examples=10)
@given(spec=specs(layers=2, ways=2), seed=st.integers(0, 10**6))
def test_mpmath_gives_the_numbers_of_float64(spec: Spec, seed: int) -> None:
    """Fifty digits and sixteen agree to the sixteen, forward and backward."""
    case = make(spec, 3, 2, seed)
    mask = masks(3, 2, seed)
    with mpmath.workdps(50):
        exact = np.frompyfunc(mpmath.mpf, 1, 1)
        bound = ReferenceImplementation(
            spec, {n: exact(a) for n, a in case.params.items()}, "object"
        )
        arguments = (exact(case.x), {part: exact(a) for part, a in case.state.items()})
        upstream = (exact(case.d_outputs), {part: exact(a) for part, a in case.d_state.items()})
        precise = bound.sequence(*arguments, mask=mask)
        precise |= bound.sequence_vjp(*arguments, *upstream, mask=mask)
        rounded = {name: array.astype(np.float64) for name, array in precise.items()}
    plain = bind(spec, case.params)
    got: dict[str, Any] = {}
    got |= plain.sequence(case.x, case.state, mask=mask)
    got |= plain.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state, mask=mask)
    assert got.keys() == rounded.keys()
    for name, array in got.items():
        assert np.abs(array - rounded[name]).max(initial=0) <= 1e-14 * max(
            1, np.abs(rounded[name]).max(initial=0)
        ), name


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex128"])
@pytest.mark.parametrize("size", [1e4, -1e4])
def test_large_inputs_warn_of_nothing(cell: str, dtype: str, size: float) -> None:
    """Saturated gates give finite numbers without an overflow on the way, even if all is raised."""
    spec = Spec(cell=cell, input_size=2, hidden_sizes=(4,), **OPTIONS[cell])
    case = make(spec)
    bound = bind(spec, case.params, dtype)
    x = np.full_like(case.x, size)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        results = bound.sequence(x, case.state)
        results |= bound.sequence_vjp(x, case.state, case.d_outputs, case.d_state)
    assert all(np.isfinite(array).all() for array in results.values())


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex128"])
def test_sigmoid_is_exact_at_the_ends_and_in_the_middle(dtype: str) -> None:
    """No overflow for any size of input, and 0, 1/2 and 1 exactly."""
    x = np.array([-60000, 0, 60000], dtype=dtype)
    with np.errstate(all="raise", under="ignore"):
        got = sigmoid(x)
    assert got.dtype == x.dtype
    assert got.tolist() == [0, 0.5, 1]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_is_the_derivative(name: str) -> None:
    """The slope equals a complex-step difference, also where the activation is saturated."""
    x = np.linspace(-30, 30, 14)
    difference = np.imag(activate(name, x + 1e-100j)) / 1e-100
    assert np.allclose(slope(name, x), difference, rtol=1e-13, atol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_zero_weights_have_closed_forms(cell: str) -> None:
    """All gates are one half and all candidates zero: states halve, or vanish in a plain cell."""
    spec = Spec(cell=cell, input_size=2, hidden_sizes=(4,), output_size=3 * (cell == "jordan"))
    case = make(spec)
    zeros = {name: 0 * array for name, array in case.params.items()}
    results = bind(spec, zeros).sequence(case.x, case.state)
    if cell in ("elman", "jordan"):
        assert not results["outputs"].any()
    elif cell == "gru":
        assert np.array_equal(results["state.h"], case.state["h"] / 16)
    else:
        assert np.array_equal(results["state.c"], case.state["c"] / 16)
        assert np.array_equal(results["state.h"], np.tanh(case.state["c"] / 16) / 2)


def test_identity_elman_is_a_linear_recurrence() -> None:
    """With weights w and u and no bias, h_T = u^T h_0 + sum of w u^(T-1-t) x_t."""
    spec = Spec(cell="elman", input_size=1, hidden_sizes=(1,), activation="identity", biases="none")
    params = {"weight_ih": np.array([[[3.0]]]), "weight_hh": np.array([[[2.0]]])}
    x = np.array([1.0, 5.0, 7.0]).reshape(3, 1, 1)
    bound = bind(spec, params)
    assert bound.sequence(x, {"h": np.array([[4.0]])})["state.h"] == 32 + 3 * (4 + 10 + 7)
    gradient = bound.sequence_vjp(
        x, {"h": np.array([[4.0]])}, np.zeros((3, 1, 1)), {"h": np.ones((1, 1))}
    )
    assert gradient["d.x"].ravel().tolist() == [12, 6, 3]
    assert gradient["d.state.h"] == 8


def test_forget_bias_is_added_at_run_time() -> None:
    """It equals the same number added to the stored bias of the forget gate."""
    spec = Spec(cell="lstm", input_size=2, hidden_sizes=(4,))
    case = make(spec)
    stored = case.params | {"bias_ih": case.params["bias_ih"] + np.eye(4)[1][:, None]}
    added = bind(spec.with_(forget_bias=1.0), case.params).sequence(case.x, case.state)
    expected = bind(spec, stored).sequence(case.x, case.state)
    assert worst(added["outputs"], expected["outputs"]) <= 1e-15
    assert worst(added["state.c"], expected["state.c"]) <= 1e-15


def test_cell_clip_bounds_the_state_that_the_output_gate_sees() -> None:
    """A large c is stored as the bound; h and the output gate's peephole read the bounded c."""
    spec = Spec(cell="lstm", input_size=2, hidden_sizes=(4,), peepholes=True, cell_clip=0.5)
    case = make(spec)
    trace: dict[str, Any] = dict(bind(spec, case.params).step(case.x[0], case.state))
    clipped = np.abs(trace["trace.c_raw"]) > 0.5
    assert clipped.any()
    assert not clipped.all()
    assert np.array_equal(trace["state.c"], np.clip(trace["trace.c_raw"], -0.5, 0.5))
    assert np.array_equal(trace["outputs"], trace["trace.o"] * np.tanh(trace["state.c"]))
    seen: Any = case.params["peephole"][2] * trace["state.c"]
    unseen = bind(spec, case.params | {"peephole": case.params["peephole"] * [[1], [1], [0]]}).step(
        case.x[0], case.state
    )
    assert np.allclose(trace["trace.a_o"] - unseen["trace.a_o"], seen, rtol=0, atol=1e-15)


@pytest.mark.parametrize("reset", ["before", "after"])
def test_gru_update_polarities_mirror_each_other(reset: str) -> None:
    """Negating everything that feeds z turns z_keeps into z_takes."""
    spec = Spec(cell="gru", input_size=2, hidden_sizes=(4,), reset=reset)
    case = make(spec)
    sign = np.array([1.0, -1.0, 1.0])
    turned = {name: a * sign.reshape(3, *[1] * (a.ndim - 1)) for name, a in case.params.items()}
    keeps = bind(spec, case.params).sequence(case.x, case.state)
    takes = bind(spec.with_(update="z_takes"), turned).sequence(case.x, case.state)
    assert worst(takes["outputs"], keeps["outputs"]) <= 1e-14


def test_gru_resets_agree_only_where_the_reset_gate_is_one() -> None:
    """Before and after the matmul are the same when r is 1 and b_hh_n is shared, else not."""
    spec = Spec(cell="gru", input_size=2, hidden_sizes=(4,))
    case = make(spec)
    opened = case.params | {"bias_ih": case.params["bias_ih"] + np.array([[60.0], [0], [0]])}

    def outputs(params: dict[str, Any], reset: str) -> Any:
        return bind(spec.with_(reset=reset), params).sequence(case.x, case.state)["outputs"]

    assert worst(outputs(opened, "before"), outputs(opened, "after")) <= 1e-14
    assert worst(outputs(case.params, "before"), outputs(case.params, "after")) > 1e-3

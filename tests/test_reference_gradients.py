"""Three ways to the same gradients: BPTT, RTRL, and complex-step differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncheck.protocol.names import result_shapes
from rnncheck.protocol.spec import GATES, Padding, Spec
from rnncheck.reference import differences, rtrl
from rnncheck.reference.arrays import Given, Named
from rnncheck.reference.cells import Cell, cell_of
from rnncheck.reference.implementation import ReferenceImplementation, bind
from tests.reference_cases import Drawn, Numbers, make, masks, same, specs, worst

ALLOWED = 1e-12
SEEDS = st.integers(0, 10**6)


def bptt(
    case: Drawn, lengths: Numbers | None = None, mask: Numbers | None = None
) -> dict[str, Numbers]:
    """Return the gradients by backpropagation through time."""
    bound = bind(case.spec, case.params)
    return bound.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state, lengths, mask)


def agree(case: Drawn, lengths: Numbers | None = None, mask: Numbers | None = None) -> None:
    """Hold the three ways to each other."""
    arguments = (case.spec, case.params, case.x, case.state, case.d_outputs, case.d_state)
    got = bptt(case, lengths, mask)
    same(got, rtrl.gradients(*arguments, lengths, mask), ALLOWED)
    same(got, differences.gradients(*arguments, lengths, mask), ALLOWED)


@settings(max_examples=60)
@given(spec=specs(), steps=st.integers(0, 4), batch=st.integers(1, 3), seed=SEEDS)
def test_bptt_equals_rtrl_and_differences(spec: Spec, steps: int, batch: int, seed: int) -> None:
    """One layer, one direction, any option, any mask."""
    agree(make(spec, steps, batch, seed), mask=masks(steps, batch, seed))


@settings(max_examples=15)
@given(spec=specs(layers=2, ways=2), seed=SEEDS)
def test_bptt_equals_rtrl_and_differences_for_layers_and_directions(spec: Spec, seed: int) -> None:
    """Stacked layers and two directions, with lengths."""
    agree(make(spec, 3, 2, seed), lengths=np.array([3, 1]))


@settings(max_examples=30)
@given(spec=specs(layers=2), seed=SEEDS)
def test_step_gradients_equal_those_of_a_sequence_of_one(spec: Spec, seed: int) -> None:
    """A single step and T = 1 are the same computation."""
    case = make(spec, 1, 3, seed)
    sequence = bptt(case)
    sequence["d.x"] = sequence["d.x"][0]
    step = bind(spec, case.params).step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    same(step, sequence, ALLOWED)


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("call", ["step_vjp", "sequence_vjp"])
def test_gradients_have_the_names_and_shapes_of_the_protocol(cell: str, call: str) -> None:
    """Every parameter, the input and every part of the initial state has its gradient."""
    spec = Spec(cell=cell, input_size=2, hidden_sizes=(4,), output_size=5)
    case = make(spec)
    bound = bind(spec, case.params)
    if call == "step_vjp":
        got = bound.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    else:
        got = bptt(case)
    assert {n: a.shape for n, a in got.items()} == result_shapes(spec, call, 4, 3)


@pytest.mark.parametrize("cell", GATES)
def test_a_wrong_backward_is_seen(cell: str) -> None:
    """A cell that loses the gradient of its old state disagrees with RTRL, which has no backward."""
    spec = Spec(cell=cell, input_size=2, hidden_sizes=(4,), output_size=3)
    case = make(spec)
    right = cell_of(spec)

    def cut(
        spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
    ) -> tuple[Named, Numbers, Named]:
        d_params, d_x, d_old = right.backward(spec, params, x, state, trace, d_state)
        return d_params, d_x, {part: 0 * d for part, d in d_old.items()}

    bound = ReferenceImplementation(spec, case.params, cell=Cell(right.forward, cut))
    arguments = (case.x, case.state, case.d_outputs, case.d_state)
    wrong = bound.sequence_vjp(*arguments)
    right_ones = rtrl.gradients(spec, case.params, *arguments)
    assert worst(wrong["d.weight_hh"], right_ones["d.weight_hh"]) > 1e-3


@pytest.mark.parametrize("outputs", ["zero", "repeat"])
@pytest.mark.parametrize("directions", [("forward",), ("reverse",)])
def test_no_gradient_flows_into_padding(outputs: str, directions: tuple[str, ...]) -> None:
    """Padded inputs, even NaN, have gradient zero and change no other gradient."""
    spec = Spec(
        cell="lstm",
        input_size=2,
        hidden_sizes=(4,),
        directions=directions,
        padding=Padding(outputs=outputs),
    )
    case = make(spec, 5, 3)
    lengths = np.array([5, 2, 0])
    padded = np.arange(5)[:, None] >= lengths
    poisoned = replace(case, x=np.where(padded[:, :, None], np.nan, case.x))
    got, clean = bptt(poisoned, lengths), bptt(case, lengths)
    assert not got["d.x"][padded].any()
    same(got, clean, 0.0)


def test_zero_rule_drops_what_arrives_at_padded_outputs() -> None:
    """With outputs "zero" a padded output is a constant, so its upstream gradient is lost."""
    spec = Spec(cell="gru", input_size=2, hidden_sizes=(4,), output_size=3)
    case = make(spec, 5, 3)
    lengths = np.array([5, 2, 0])
    padded = np.arange(5)[:, None] >= lengths
    poisoned = replace(case, d_outputs=np.where(padded[:, :, None], 1e30, case.d_outputs))
    same(bptt(poisoned, lengths), bptt(case, lengths), 0.0)


def test_repeat_rule_gives_what_arrives_at_padded_outputs_to_the_last_valid_one() -> None:
    """With outputs "repeat" gradients at padded steps add up at the last valid step."""
    spec = Spec(cell="gru", input_size=2, hidden_sizes=(4,), padding=Padding(outputs="repeat"))
    case = make(spec, 5, 2)
    lengths = np.array([2, 5])
    moved = case.d_outputs.copy()
    moved[1, 0] = case.d_outputs[1:, 0].sum(axis=0)
    moved[2:, 0] = 0.0
    same(bptt(case, lengths), bptt(replace(case, d_outputs=moved), lengths), ALLOWED)

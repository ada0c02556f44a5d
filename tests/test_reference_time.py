"""What the reference does over time: lengths, masks, directions, padding, no steps at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncheck.protocol.names import result_shapes
from rnncheck.protocol.spec import Padding, Spec
from rnncheck.reference.implementation import bind
from tests.reference_cases import make, masks, same, specs

CELLS = ("elman", "jordan", "lstm", "gru")
SEEDS = st.integers(0, 10**6)


def spec_of(cell: str, **options: object) -> Spec:
    """Return a small spec of a cell."""
    size = 3 if cell == "jordan" else 0
    return Spec(cell=cell, input_size=2, hidden_sizes=(4,), output_size=size).with_(**options)


@settings(max_examples=30)
@given(spec=specs(layers=2), seed=SEEDS)
def test_stepping_equals_the_sequence(spec: Spec, seed: int) -> None:
    """One step after the other, in the order of processing, gives what the loop gives."""
    case = make(spec, 4, 2, seed)
    bound = bind(spec, case.params)
    whole = bound.sequence(case.x, case.state)
    state = case.state
    for t in bound.network.loop.order(4, spec.directions == ("reverse",)):
        step = bound.step(case.x[t], state)
        state = {part: step[f"state.{part}"] for part in state}
        assert np.array_equal(step["outputs"], whole["outputs"][t])
    for part, array in state.items():
        assert np.array_equal(array, whole[f"state.{part}"])


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_a_padded_row_is_the_short_row(cell: str, direction: str) -> None:
    """A row with length L gives what its first L steps give alone, whatever the direction."""
    spec = spec_of(cell, directions=(direction,))
    case = make(spec, 5, 3)
    lengths = np.array([5, 3, 1])
    bound = bind(spec, case.params)
    whole = bound.sequence(case.x, case.state, lengths)
    for row, length in enumerate(lengths):
        start = {part: array[row : row + 1] for part, array in case.state.items()}
        alone = bound.sequence(case.x[:length, row : row + 1], start)
        assert np.allclose(whole["outputs"][:length, row], alone["outputs"][:, 0], 0, 1e-15)
        for part in start:
            assert np.allclose(whole[f"state.{part}"][row], alone[f"state.{part}"][0], 0, 1e-15)


@pytest.mark.parametrize("cell", CELLS)
def test_masked_steps_are_skipped(cell: str) -> None:
    """A mask with holes gives what the valid steps alone give."""
    spec = spec_of(cell, padding=Padding(mask="any"))
    case = make(spec, 5, 1)
    valid = np.array([False, True, False, True, False])
    bound = bind(spec, case.params)
    whole = bound.sequence(case.x, case.state, mask=valid[:, None])
    alone = bound.sequence(case.x[valid], case.state)
    assert np.array_equal(whole["outputs"][valid], alone["outputs"])
    assert all(
        np.array_equal(whole[f"state.{part}"], alone[f"state.{part}"]) for part in case.state
    )
    assert not whole["outputs"][~valid].any()


def test_repeat_shows_the_last_valid_output_and_zeros_before_the_first() -> None:
    """Padding outputs "repeat", forward: step 0 is masked, so it is zero and not h0."""
    spec = spec_of("gru", padding=Padding(outputs="repeat", mask="any"))
    case = make(spec, 4, 1)
    mask = np.array([[False], [True], [False], [False]])
    outputs = bind(spec, case.params).sequence(case.x, case.state, mask=mask)["outputs"]
    assert not outputs[0].any()
    assert np.array_equal(outputs[2], outputs[1])
    assert np.array_equal(outputs[3], outputs[1])


def test_repeat_in_reverse_follows_the_order_of_processing() -> None:
    """In reverse the padding on the right comes first, so it shows zeros."""
    spec = spec_of("gru", padding=Padding(outputs="repeat", mask="any"), directions=("reverse",))
    case = make(spec, 4, 1)
    mask = np.array([[False], [True], [True], [False]])
    outputs = bind(spec, case.params).sequence(case.x, case.state, mask=mask)["outputs"]
    assert not outputs[3].any()
    assert np.array_equal(outputs[0], outputs[1])


def test_dense_outputs_follow_the_padding_rule() -> None:
    """The rule speaks of the network's outputs: zero, not what the dense layer makes of zero."""
    spec = spec_of("elman", output_size=3, output_activation="sigmoid")
    case = make(spec, 4, 2)
    outputs = bind(spec, case.params).sequence(case.x, case.state, np.array([4, 1]))["outputs"]
    assert not outputs[1:, 1].any()
    assert outputs[0, 1].all()


@pytest.mark.parametrize("cell", CELLS)
def test_length_zero_keeps_the_initial_state(cell: str) -> None:
    """A row of length 0 ends in the state it began with; its outputs are zeros."""
    spec = spec_of(cell)
    case = make(spec, 3, 2)
    got = bind(spec, case.params).sequence(case.x, case.state, np.array([0, 3]))
    assert not got["outputs"][:, 0].any()
    for part, array in case.state.items():
        assert np.array_equal(got[f"state.{part}"][0], array[0])


@settings(max_examples=15)
@given(spec=specs(layers=2, ways=2), seed=SEEDS)
def test_no_steps_leave_the_state_alone(spec: Spec, seed: int) -> None:
    """T = 0: no outputs, the final state is the initial one."""
    case = make(spec, 0, 2, seed)
    got = bind(spec, case.params).sequence(case.x, case.state)
    shapes = result_shapes(spec, "sequence", 0, 2)
    assert {n: a.shape for n, a in got.items() if not n.startswith("trace.")} == shapes
    for part, array in case.state.items():
        assert np.array_equal(got[f"state.{part}"], array)


@pytest.mark.parametrize(
    "arguments",
    [
        {"lengths": np.array([3, 0])},
        {"mask": np.array([[True, False]] * 3)},
    ],
)
def test_zero_length_is_an_error_where_the_rule_says_so(arguments: dict[str, object]) -> None:
    """A row without a valid step is named in the message."""
    spec = spec_of("lstm", padding=Padding(zero_length="error"))
    case = make(spec, 3, 2)
    with pytest.raises(ValueError, match=r"rows \[1\] have length 0"):
        bind(spec, case.params).sequence(case.x, case.state, **arguments)  # type: ignore[arg-type] # lengths or mask


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"mask": np.array([[True], [False], [True]])}, "pad on the right only"),
        ({"mask": np.ones((1, 3), bool)}, r"bool of shape \(3, 1\), time first"),
        ({"mask": np.ones((3, 1))}, "it must be bool"),
        ({"lengths": np.array([4])}, "each must be from 0 to T = 3"),
        ({"lengths": np.array([-1])}, "each must be from 0 to T = 3"),
        ({"lengths": np.array([3.0])}, "whole numbers"),
        ({"lengths": np.array([3, 3])}, r"it must be \(1,\)"),
    ],
)
def test_wrong_lengths_and_masks_are_refused(arguments: dict[str, object], said: str) -> None:
    """A sentence says what was given and what is allowed."""
    spec = spec_of("gru")
    case = make(spec, 3, 1)
    with pytest.raises(ValueError, match=said):
        bind(spec, case.params).sequence(case.x, case.state, **arguments)  # type: ignore[arg-type] # lengths or mask


@settings(max_examples=20)
@given(spec=specs(ways=2), seed=SEEDS)
def test_lengths_and_the_same_mask_agree(spec: Spec, seed: int) -> None:
    """Lengths are a mask of the right shape; both together are their common part."""
    case = make(spec, 4, 3, seed)
    lengths = np.array([4, 2, 0])
    bound = bind(spec, case.params)
    by_mask = bound.sequence(case.x, case.state, mask=np.arange(4)[:, None] < lengths)
    same(bound.sequence(case.x, case.state, lengths), by_mask, 0.0)
    same(bound.sequence(case.x, case.state, lengths, np.ones((4, 3), bool)), by_mask, 0.0)


@settings(max_examples=20)
@given(spec=specs(layers=2, ways=2), seed=SEEDS)
def test_padding_may_hold_anything(spec: Spec, seed: int) -> None:
    """NaN and 1e30 in masked steps change no number, traces included."""
    case = make(spec, 4, 3, seed)
    mask = masks(4, 3, seed)
    bound = bind(spec, case.params)
    clean = bound.sequence(case.x, case.state, mask=mask)
    for poison in (np.nan, 1e30):
        x = np.where(mask[:, :, None], case.x, poison)
        same(bound.sequence(x, case.state, mask=mask), clean, 0.0)


def test_no_state_means_zeros() -> None:
    """State None and a state of zeros are the same."""
    case = make(spec_of("lstm"))
    bound = bind(case.spec, case.params)
    zeros = {part: 0 * array for part, array in case.state.items()}
    same(bound.sequence(case.x), bound.sequence(case.x, zeros), 0.0)
    same(bound.step(case.x[0], None), bound.step(case.x[0], zeros), 0.0)

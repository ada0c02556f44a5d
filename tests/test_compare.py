"""The comparison that every check goes through: its message, its places, its allowances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.names import Array, parameter_shapes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.allowance import Allowance
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.compare import CheckFailure, NotJudgedError, compare
from rnncheck.suites.tally import Tally
from rnncheck.suites.tensor import Tensor, axes_of
from rnncheck.suites.truth import Truth

LSTM = Spec("lstm", 3, (5,), peepholes=True)
CASE = make_case(CaseSpec(LSTM, steps=4, batch=2, seed=102))


def tensor(got: Any, expected: Any, allowed: Any = 1e-3, name: str = "outputs") -> Tensor:
    """Return a sequence's tensor (T, B, H) with one allowance for all."""
    right = np.asarray(expected, np.float64)
    bounds = np.broadcast_to(np.asarray(allowed, np.float64), right.shape)
    return Tensor(name, np.asarray(got), right, bounds, ("t", "b", "h"))


def failure(*tensors: Tensor) -> CheckFailure:
    """Return the failure that a comparison ends in."""
    with pytest.raises(CheckFailure) as caught:
        compare("numbers differ", tensors, "float64")
    return caught.value


def changed(array: Array, *places: tuple[int, ...], by: float = 1.0) -> Array:
    """Return a copy with some elements moved."""
    other = np.array(array, np.float64)
    for place in places:
        other[place] += by
    return other


def test_the_message_has_claim_extent_first_and_worst() -> None:
    """Four lines, each with its label; axes by letters."""
    right = np.zeros((3, 2, 2))
    got = changed(right, (1, 0, 1), (2, 1, 0))
    got[2, 1, 0] = -2.5
    assert str(failure(tensor(got, right))).splitlines() == [
        "numbers differ",
        "  wrong    2 of 12 elements",
        "  first    t=1, b=0, h=1 of outputs: got 1, should be 0",
        "  worst    t=2, b=1, h=0 of outputs: off by 2.5, allowed 0.001 (float64)",
    ]


def test_equal_numbers_pass() -> None:
    """Within the allowance, exactly at it, infinite and equal, and nothing at all: all pass."""
    right = np.array([[[1.0, 2.0]]])
    compare("", [tensor(right + 0.5, right, 0.5)], "float64")
    compare("", [tensor([[[np.inf, 1.0]]], [[[np.inf, 1.0]]], 0.0)], "float64")
    compare("", [tensor(np.zeros((0, 2, 3)), np.zeros((0, 2, 3)))], "float64")
    compare("", [], "float64")


def test_an_allowance_of_zero_is_kept() -> None:
    """Where nothing is allowed the smallest difference fails."""
    assert failure(tensor([[[1e-300]]], [[[0.0]]], 0.0)).wrong == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_fail(bad: float) -> None:
    """NaN and infinity are beyond any allowance, an infinite one too for NaN, and the worst."""
    right = np.zeros((2, 1, 2))
    got = changed(right, (0, 0, 0))
    got[1, 0, 1] = bad
    found = failure(tensor(got, right))
    assert found.wrong == 2
    assert found.worst is not None
    assert dict(found.worst.index) == {"t": 1, "b": 0, "h": 1}
    assert f"got {bad:.9g}" in str(failure(tensor([[[bad]]], [[[0.0]]], 1e300)))


def test_nan_fails_where_nan_is_expected() -> None:
    """Two wrongs make no right."""
    assert failure(tensor([[[np.nan]]], [[[np.nan]]], np.inf)).wrong == 1


def test_first_is_first_in_time_over_all_tensors() -> None:
    """A state at t=1 comes before an output at t=2, whatever the order of the tensors."""
    right = np.zeros((4, 1, 2))
    outputs = tensor(changed(right, (2, 0, 0), by=9.0), right)
    state = tensor(changed(right, (1, 0, 1)), right, name="state.c")
    for pair in ((outputs, state), (state, outputs)):
        found = failure(*pair)
        assert found.first is not None
        assert str(found.first) == "t=1, b=0, h=1 of c"
        assert str(found.worst) == "t=2, b=0, h=0 of outputs"
        assert (found.wrong, found.total) == (2, 16)


def test_at_the_same_time_the_first_tensor_is_first() -> None:
    """C is computed before h: what is handed in first is named first."""
    right = np.zeros((2, 1, 1))
    wrong = changed(right, (1, 0, 0))
    found = failure(tensor(wrong, right, name="state.c"), tensor(wrong, right, name="state.h"))
    assert str(found.first).endswith("of c")


def test_what_has_no_time_comes_after_what_has() -> None:
    """A final state is later than any output."""
    final = Tensor("state.h", np.ones((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), ("b", "h"))
    right = np.zeros((3, 1, 1))
    found = failure(final, tensor(changed(right, (2, 0, 0)), right))
    assert str(found.first) == "t=2, b=0, h=0 of outputs"


def test_an_offset_moves_the_time() -> None:
    """A slice that starts at t=5 says so."""
    right = np.zeros((2, 1, 1))
    shifted = Tensor("outputs", right + 1, right, right, ("t", "b", "h"), offset=5)
    assert str(failure(shifted).first) == "t=5, b=0, h=0 of outputs"


def test_worst_is_by_share_of_the_allowance() -> None:
    """An error of 0.1 where 1e-6 is allowed is worse than one of 1 where 1e-3 is."""
    right = np.zeros((1, 1, 2))
    got = np.array([[[1.0, 0.1]]])
    found = failure(tensor(got, right, [[[1e-3, 1e-6]]]))
    assert str(found.worst) == "t=0, b=0, h=1 of outputs"
    elsewhere = tensor(got[:, :, :1], right[:, :, :1], 1e-9, name="state.h")
    assert str(failure(tensor(got, right, 1e-3), elsewhere).worst).endswith("of h")


def test_another_shape_is_a_reason_without_places() -> None:
    """Shapes are compared before numbers."""
    found = failure(tensor(np.zeros((2, 3)), np.zeros((2, 3, 1))))
    assert str(found).splitlines() == [
        "numbers differ",
        "  reason   outputs has shape (2, 3); (2, 3, 1) is asked for",
    ]
    assert found.wrong == 0


def test_places_in_gradients_name_gates() -> None:
    """In the order of the spec, peepholes in theirs."""
    truth = Truth(CASE)
    for name, place, where in (
        ("weight_ih", (1, 4, 2), "gate=f, h=4, d=2"),
        ("weight_hh", (3, 0, 1), "gate=o, h=0, h_prev=1"),
        ("bias_hh", (2, 3), "gate=g, h=3"),
        ("peephole", (2, 0), "gate=o, h=0"),
    ):
        right = truth.gradients[f"d.{name}"]
        with pytest.raises(CheckFailure) as caught:
            truth.compare("", [truth.values(f"d.{name}", changed(right, place), right)])
        assert f"{where} of d.{name}" in str(caught.value)


def test_gates_are_named_in_the_order_of_the_spec() -> None:
    """A spec with another order of gates names the same slice otherwise."""
    assert axes_of("d.bias_ih", LSTM.with_(gates=("i", "g", "f", "o")), 2)[1] == tuple("igfo")


@pytest.mark.parametrize(
    "spec",
    [
        LSTM,
        LSTM.with_(projection=2, output_size=2),
        Spec("gru", 3, (5, 4), directions=("forward", "reverse")),
        Spec("jordan", 3, (5,), output_size=2),
    ],
    ids=["lstm", "lstm projection dense", "gru stacked both ways", "jordan"],
)
def test_every_result_has_labels_for_its_axes(spec: Spec) -> None:
    """One label for each axis, one gate for each slice."""
    for name, shape in parameter_shapes(spec).items():
        axes, gates = axes_of(f"d.{name}", spec, len(shape))
        assert len(axes) == len(shape)
        if axes[0] == "gate":
            assert len(gates) == shape[0]
    for name, axes in {
        "outputs": ("t", "b"),
        "d.x": ("t", "b", "d"),
        "state.h": ("b", "h"),
    }.items():
        assert axes_of(name, spec, 3 if axes[0] == "t" else 2)[0][: len(axes)] == axes


def an_allowance(expected: Any, sigma: Any, dtype: str = "float32") -> Allowance:
    """Return the allowance of one block."""
    right = np.asarray(expected, np.float64)
    return Allowance(right, dtype, lambda: np.asarray(sigma, np.float64), (0,))


def test_allowed_is_six_sigma_and_four_ulp_of_the_value() -> None:
    """In the arithmetic that is judged; a zero that must be a zero has no allowance."""
    found = an_allowance([1.0, -3.0, 0.0, 0.0], [1e-6, 0.0, 1e-6, 0.0]).own()
    assert found == pytest.approx([6e-6 + 2**-21, 2**-20, 6e-6, 0.0], rel=1e-12)
    assert an_allowance([1.0], [0.0], "float64").own() == 2**-50
    assert an_allowance([1.0], [0.0], "float16").own() == 2**-8
    assert an_allowance([1.0], [0.0], "bfloat16").own() == 2**-5
    assert an_allowance([1.0, 0.25], [0.0, 1.0], "bfloat16").elements().tolist() == [
        2**-4,
        6.0078125,
    ]


def test_what_is_flushed_to_zero_is_not_wrong() -> None:
    """A number below the smallest normal one may be lost; of 16 bits none is, they are widened."""
    assert an_allowance([2.0**-130], [0.0]).own() == 2.0**-124
    assert an_allowance([2.0**-20], [0.0], "float16").own() == 2.0**-22


def test_small_errors_need_no_allowance() -> None:
    """Eight ulp of the block's largest number, whatever sigma is: it is never asked for."""

    def never() -> Any:
        raise AssertionError("sigma was computed")

    right = np.array([1.0, 1e-9])
    allowance = Allowance(right, "float64", never, (0,))
    compare("", [Tensor("state.h", right + 8 * 2**-52, right, allowance, ("h",))], "float64")
    with pytest.raises(AssertionError, match="was computed"):
        compare("", [Tensor("state.h", right + 9 * 2**-52, right, allowance, ("h",))], "float64")


def test_a_block_that_rounding_makes_is_not_judged() -> None:
    """Sigma beyond a hundredth of the rms: no verdict, unless a number is not finite at all."""
    right, tally = np.array([1.0, 1.0]), Tally()
    blurred = an_allowance(right, [0.02, 0.0])
    with pytest.raises(NotJudgedError, match=r"moves state\.h by more than 0.01 times"):
        compare("", [Tensor("state.h", right + 0.5, right, blurred, ("h",))], "float32", tally)
    assert (tally.elements, tally.failures, tally.not_judged, tally.share) == (2, 0, 2, None)
    nan = np.array([np.nan, 1.0])
    with pytest.raises(CheckFailure, match="wrong    1 of 2"):
        compare("", [Tensor("state.h", nan, right, blurred, ("h",))], "float32")


def test_a_block_has_the_size_of_the_larger_of_two_results() -> None:
    """Zeros in place of both outputs and state, or of one of them, are not put down to rounding."""
    zero, one = np.zeros(2), np.ones(2)
    for got, right in ((zero, one), (one, zero)):
        with pytest.raises(CheckFailure, match="wrong    2 of 2"):
            compare("", [Tensor("h", got, right, an_allowance(right, 1e-7 * one), ("h",))], "")


def test_a_wrong_block_outweighs_one_that_is_not_judged() -> None:
    """Where one tensor is wrong and another has no verdict, the claim fails."""
    right = np.array([1.0, 1.0])
    sharp, blurred = an_allowance(right, [1e-7, 1e-7]), an_allowance(right, [0.02, 0.02])
    pair = [Tensor(n, right + 0.5, right, a, ("h",)) for n, a in (("a", blurred), ("b", sharp))]
    with pytest.raises(CheckFailure, match="wrong    2 of 4"):
        compare("", pair, "float32")


def test_shares_are_counted() -> None:
    """With `every` also those of errors that are small anyhow; never beside a share, a verdict."""
    right = np.array([1.0, 1.0, 1.0, 0.0])
    allowance = an_allowance(right, 1e-7 * np.ones(4))
    most = float(allowance.elements()[0])
    tensor = Tensor("state.h", right + most * np.array([0.5, -0.1, 0, 0]), right, allowance, ("h",))
    for every, share in ((False, None), (True, pytest.approx(0.5))):
        tally = Tally(every=every)
        compare("", [tensor], "float32", tally)
        assert (tally.elements, tally.share) == (4, share)
    assert (tally.counts[0], tally.counts[2], tally.counts.sum()) == (2, 1, 4)
    assert int(np.flatnonzero(tally.counts)[-1]) in (9, 10)


def test_d_x_is_judged_by_slice_of_time() -> None:
    """A block is a step of what runs over time, so that a small early slice is judged too."""
    truth = Truth(CASE)
    slices = np.stack([np.full((2, 3), 10.0**-t) for t in range(4)])
    allowed = truth.values("d.x", slices, slices).allowed
    assert isinstance(allowed, Allowance)
    for t in range(4):
        assert allowed.small()[t] == pytest.approx(8 * np.spacing(10.0**-t))
    whole = truth.values("d.bias_ih", np.ones((4, 5)), np.ones((4, 5))).allowed
    assert isinstance(whole, Allowance)
    assert whole.axes == (0, 1)


@pytest.mark.parametrize("name", ["weight_ih", "weight_hh", "peephole"])
def test_a_small_error_in_one_weight_is_found(name: str) -> None:
    """A relative error of 1e-5 in any one weight's gradient fails in float64."""
    truth = Truth(CASE)
    right = truth.gradients[f"d.{name}"]
    for place in np.ndindex(right.shape):
        got = changed(right, place, by=1e-5 * float(right[place]))
        with pytest.raises(CheckFailure, match="wrong    1 of"):
            truth.compare("", [truth.values(f"d.{name}", got, right)])


@pytest.mark.parametrize("name", ["bias_ih", "bias_hh"])
@pytest.mark.parametrize("gate", range(4))
def test_a_small_error_in_one_gate_is_found(name: str, gate: int) -> None:
    """A relative error of 1e-4 in one gate's bias fails in float64, in every unit."""
    truth = Truth(CASE)
    right = truth.gradients[f"d.{name}"]
    got = right.copy()
    got[gate] *= 1 + 1e-4
    with pytest.raises(CheckFailure, match=rf"wrong    5 of 20.*\n.*gate={LSTM.gates[gate]}"):
        truth.compare("", [truth.values(f"d.{name}", got, right)])


@pytest.mark.parametrize("name", ["weight_ih", "weight_hh", "peephole"])
def test_an_error_that_stands_alone_is_no_float32(name: str) -> None:
    """Computed in float64, judged by float32: one element off by 1e-5 fails, all of them rounded pass."""
    truth = Truth(CASE, "float32")
    truth.computed = "float64"
    right = {f"d.{name}": truth.gradients[f"d.{name}"]}
    ((key, array),) = right.items()
    gate_largest = np.abs(array).max(axis=tuple(range(1, array.ndim)), keepdims=True)
    for place in map(tuple, np.argwhere(np.abs(array) > 1e-3 * gate_largest)):
        got = changed(array, place, by=1e-5 * float(array[place]))
        with pytest.raises(CheckFailure, match="wrong    1 of"):
            truth.compare("", truth.gradient({key: got}, right))
    rounded = array.astype(np.float32).astype(np.float64)
    truth.compare("", truth.gradient({key: rounded}, right))
    truth.computed = "float32"
    truth.compare("", truth.gradient({key: changed(array, (0, 0), by=1e-8)}, right))

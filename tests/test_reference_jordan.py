"""The Jordan network: its numbers in plain Python, and how it differs from an Elman network."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rnncheck.fixtures.files import read
from rnncheck.fixtures.records import EXAMPLE
from rnncheck.protocol.names import state_shapes
from rnncheck.protocol.spec import Padding, Spec
from rnncheck.reference import differences, rtrl
from rnncheck.reference.implementation import bind
from tests.reference_cases import Drawn, make, same, worst

# Of each step a_1, a_2, h_1, h_2, o_in and y, worked out with 30 digits outside this project.
BY_HAND = """
    1.129319743838 1.835704028808 0.8107863174745 0.950381090264  1.410494441742 0.8875990835541
    2.141324855539 2.808321915773 0.9727639584834 0.9927527042535 1.529716752861 0.9103761101492
    2.776271959145 3.758518225599 0.9922747942306 0.9989131078181 1.544825756639 0.91292771221
"""


def example() -> Drawn:
    """Return the three-step example as a Jordan network.

    Its memory has one unit, the output: of the published weights of the memory, those of the first
    unit are kept and those of the second left out. Everything else is as published.
    """
    golden = read(EXAMPLE)
    spec = golden.spec.with_(cell="jordan")
    params = golden.params | {"weight_hh": golden.params["weight_hh"][:, :, :1]}
    case = make(spec, 3, 1)
    start = {"y": np.zeros((1, 1))}
    return Drawn(spec, params, golden.arguments["x"], start, case.d_outputs, case.d_state)


def logistic(value: float) -> float:
    """Return the sigmoid of a number."""
    return 1 / (1 + math.exp(-value))


def plain(case: Drawn) -> list[list[list[float]]]:
    """Return y by step, row and unit: tanh, then the sigmoid, in loops over single numbers."""
    w, u, b, b2, v, c = (
        case.params[name].tolist()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_ho", "bias_o")
    )
    memory, shown = case.state["y"].tolist(), []
    for inputs in case.x.tolist():
        rows = []
        for x, y in zip(inputs, memory, strict=True):
            h = []
            for j in range(len(w[0])):
                total = b[0][j] + b2[0][j]
                total += sum(w[0][j][k] * x[k] for k in range(len(x)))
                total += sum(u[0][j][k] * y[k] for k in range(len(y)))
                h.append(math.tanh(total))
            rows.append(
                [logistic(c[k] + sum(v[k][j] * h[j] for j in range(len(h)))) for k in range(len(v))]
            )
        memory = rows
        shown.append(rows)
    return shown


def test_jordan_has_the_numbers_worked_out_by_hand() -> None:
    """Every intermediate value of the three-step example, to the digits written down."""
    case = example()
    got = bind(case.spec, case.params).sequence(case.x)
    names = ("trace.a", "trace.h", "trace.o_in", "outputs")
    shown = np.concatenate([got[name][:, 0] for name in names], axis=1)  # (3, 6)
    expected = np.array(BY_HAND.split(), dtype=float).reshape(3, 6)
    assert np.abs(shown - expected).max() < 1e-12
    assert np.array_equal(got["state.y"], got["outputs"][2])
    assert np.array_equal(got["trace.y"], got["outputs"])


def test_jordan_and_elman_differ_after_the_first_step() -> None:
    """From a memory of zeros the first step is the same; then one remembers y, the other h."""
    case, elman = example(), read(EXAMPLE).forward
    jordan = bind(case.spec, case.params).sequence(case.x)
    for name in ("trace.a", "trace.h", "trace.o_in", "outputs"):
        assert np.abs(jordan[name][0] - elman[name][0]).max() < 1e-15
        assert np.abs(jordan[name][1:] - elman[name][1:]).min() > 1e-4
    assert jordan["state.y"].shape == (1, 1)
    assert elman["state.h"].shape == (1, 2)


def test_jordan_equals_plain_loops() -> None:
    """Sizes all different, two biases, a given memory, an output activation."""
    spec = Spec("jordan", 2, (4,), output_size=3, output_activation="sigmoid")
    case = make(spec, 6, 5)
    got = bind(spec, case.params).sequence(case.x, case.state)
    assert worst(got["outputs"], np.array(plain(case))) <= 1e-14


def test_jordan_is_no_elman_of_the_same_shapes() -> None:
    """Where O equals H the same arrays fit both cells, and give other numbers."""
    spec = Spec("jordan", 2, (3,), output_size=3, output_activation="tanh")
    case = make(spec)
    jordan = bind(spec, case.params).sequence(case.x, case.state)
    elman = bind(spec.with_(cell="elman"), case.params).sequence(case.x, {"h": case.state["y"]})
    assert worst(jordan["outputs"][0], elman["outputs"][0]) == 0.0
    assert worst(jordan["outputs"][1:], elman["outputs"][1:]) > 1e-2


def test_jordan_gradients_agree_on_the_example() -> None:
    """BPTT, RTRL and complex steps, on numbers that are no multiples of 1/64."""
    case = example()
    arguments = (case.x, case.state, case.d_outputs, case.d_state)
    got = bind(case.spec, case.params).sequence_vjp(*arguments)
    same(got, rtrl.gradients(case.spec, case.params, *arguments), 1e-13)
    same(got, differences.gradients(case.spec, case.params, *arguments), 1e-13)


@pytest.mark.parametrize("outputs", ["zero", "repeat"])
@pytest.mark.parametrize("directions", [("forward",), ("reverse",)])
def test_jordan_gradients_agree_under_masks(outputs: str, directions: tuple[str, ...]) -> None:
    """Rows of length 5, 3 and 0 and a hole; what is masked may be NaN and has no gradient."""
    spec = Spec(
        "jordan",
        2,
        (4,),
        output_size=3,
        output_activation="sigmoid",
        directions=directions,
        padding=Padding(outputs, mask="any"),
    )
    case = make(spec, 5, 3)
    mask = np.arange(5)[:, None] < np.array([5, 3, 0])
    mask[1, 0] = False
    x = np.where(mask[:, :, None], case.x, np.nan)
    upstream = (case.state, case.d_outputs, case.d_state)
    got = bind(spec, case.params).sequence_vjp(x, *upstream, mask=mask)
    assert not got["d.x"][~mask].any()
    same(got, rtrl.gradients(spec, case.params, x, *upstream, mask=mask), 1e-12)
    same(got, differences.gradients(spec, case.params, x, *upstream, mask=mask), 1e-12)
    assert np.array_equal(got["d.state.y"][2], case.d_state["y"][2])


def test_jordan_output_layer_learns_through_the_memory() -> None:
    """With a gradient on the last output alone, every step adds to that of the output layer."""
    spec = Spec("jordan", 2, (4,), output_size=3)
    case = make(spec)
    last = np.zeros_like(case.d_outputs)
    last[-1] = case.d_outputs[-1]
    bound = bind(spec, case.params)
    nothing = {part: np.zeros(shape) for part, shape in state_shapes(spec, 3).items()}
    whole = bound.sequence_vjp(case.x, case.state, last, nothing)["d.weight_ho"]
    before = {"y": bound.sequence(case.x[:-1], case.state)["state.y"]}
    alone = bound.step_vjp(case.x[-1], before, last[-1], nothing)["d.weight_ho"]
    assert worst(whole, alone) > 1e-2

"""The reference solutions of the assignments compute what they should, judged without rnncheck."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SOLUTIONS = Path(__file__).parent / "solutions"
GATES = {"elman": 1, "lstm": 4, "gru": 3}
CELLS = (*GATES, "jordan")
TORCH = {"elman": "RNN", "lstm": "LSTM", "gru": "GRU"}
T, B, D, H, OUT = 4, 2, 3, 5, 6


def solution(assignment: str, framework: str) -> Any:
    """Import a solution under a name of its own."""
    path = SOLUTIONS / assignment / f"{framework}.py"
    spec = importlib.util.spec_from_file_location(f"solution_{framework}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw(cell: str) -> tuple[dict[str, Any], Any, Any]:
    """Draw params, x (T, B, D) and a state."""
    rng = np.random.default_rng(7)
    rows, memory = GATES.get(cell, 1) * H, OUT if cell == "jordan" else H
    shapes: dict[str, tuple[int, ...]] = {
        "weight_ih": (rows, D),
        "weight_hh": (rows, memory),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
    }
    if cell == "jordan":
        shapes |= {"weight_ho": (OUT, H), "bias_o": (OUT,)}
    params = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    h, c = rng.normal(size=(2, B, memory))
    return params, rng.normal(size=(T, B, D)), (h, c) if cell == "lstm" else h


def parts(state: Any) -> list[Any]:
    """Return a state's arrays."""
    return list(state) if isinstance(state, tuple) else [state]


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("framework", ["numpy", "torch"])
def test_step_matches_torch(cell: str, framework: str) -> None:
    """One step equals the cell of torch.nn in float64."""
    torch = pytest.importorskip("torch", reason="compares with torch.nn")
    params, x, state = draw(cell)
    tensors = {name: torch.tensor(array) for name, array in params.items()}
    given_parts = tuple(torch.tensor(part) for part in parts(state))
    given = given_parts if cell == "lstm" else given_parts[0]

    def run(kind: Any) -> Any:
        module = kind(D, H).double()
        module.load_state_dict(tensors, strict=True)
        return module(torch.tensor(x[0]), given)

    name = TORCH[cell] + "Cell"
    want = [part.detach().numpy() for part in parts(run(getattr(torch.nn, name)))]
    if framework == "torch":
        got = [
            part.detach().numpy()
            for part in parts(run(getattr(solution(cell + "-cell", framework), name)))
        ]
    else:
        output, new_state = solution(cell + "-cell", framework).forward(params, x[0], state)
        got = parts(new_state)
        np.testing.assert_array_equal(output, got[0])
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-14)


@pytest.mark.parametrize("cell", GATES)
@pytest.mark.parametrize("framework", ["numpy", "torch"])
def test_layer_matches_torch(cell: str, framework: str) -> None:
    """Outputs and final state over time equal the layer of torch.nn in float64."""
    torch = pytest.importorskip("torch", reason="compares with torch.nn")
    params, x, state = draw(cell)
    tensors = {f"{name}_l0": torch.tensor(array) for name, array in params.items()}
    given_parts = tuple(torch.tensor(part)[None] for part in parts(state))
    given = given_parts if cell == "lstm" else given_parts[0]

    def run(kind: Any) -> list[Any]:
        module = kind(D, H).double()
        module.load_state_dict(tensors, strict=True)
        outputs, new_state = module(torch.tensor(x), given)
        return [outputs.detach().numpy(), *(p[0].detach().numpy() for p in parts(new_state))]

    want = run(getattr(torch.nn, TORCH[cell]))
    if framework == "torch":
        got = run(getattr(solution(cell, framework), TORCH[cell]))
    else:
        outputs, new_state = solution(cell, framework).forward(params, x, state)
        got = [outputs, *parts(new_state)]
    for one, other in zip(got, want, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-14)


def complex_step(loss: Callable[[], Any], array: Any) -> Any:
    """Return the derivative of a loss by a complex array that it reads, entry by entry."""
    gradient = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        array[index] += 1e-30j
        gradient[index] = loss().imag / 1e-30
        array[index] -= 1e-30j
    return gradient


@pytest.mark.parametrize("name", ["jordan", "jordan-backward"])
def test_jordan_has_the_numbers_worked_out_by_hand(name: str) -> None:
    """The three-step example, with one memory unit: the outputs to 13 digits."""
    hidden, output = np.random.RandomState(2), np.random.RandomState(3)
    kernel, bias = hidden.rand(4, 2), hidden.rand(2)
    weight_ho, bias_o = output.rand(1, 2), output.rand(1)
    params = {
        "weight_ih": kernel[2:].T,
        "weight_hh": kernel[:1].T,
        "bias_ih": bias,
        "bias_hh": np.zeros(2),
        "weight_ho": weight_ho,
        "bias_o": bias_o,
    }
    x = np.array([[[1.0, 2.0]], [[2.0, 3.0]], [[3.0, 4.0]]])  # (3, 1, 2)
    outputs, y = solution(name, "numpy").forward(params, x, np.zeros((1, 1)))[:2]
    want = [0.8875990835541, 0.9103761101492, 0.91292771221]
    np.testing.assert_allclose(outputs[:, 0, 0], want, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(y, outputs[2])


@pytest.mark.parametrize("cell", CELLS)
def test_backward_matches_complex_steps(cell: str) -> None:
    """Backpropagation through time equals complex-step derivatives of the same forward."""
    module = solution(cell + "-backward", "numpy")
    params, x, state = draw(cell)
    rng = np.random.default_rng(8)
    d_outputs = rng.normal(size=(T, *parts(state)[0].shape))
    d_parts = [rng.normal(size=part.shape) for part in parts(state)]
    d_state = tuple(d_parts) if cell == "lstm" else d_parts[0]
    d_params, d_x, d_state0 = module.backward(
        module.forward(params, x, state)[2], d_outputs, d_state
    )

    leaves = {name: array.astype(complex) for name, array in params.items()}
    inputs = x.astype(complex)
    states = [part.astype(complex) for part in parts(state)]

    def loss() -> Any:
        given = tuple(states) if cell == "lstm" else states[0]
        outputs, new_state, _ = module.forward(leaves, inputs, given)
        ends = zip(d_parts, parts(new_state), strict=True)
        return (d_outputs * outputs).sum() + sum((d * part).sum() for d, part in ends)

    pairs = [(d_params[name], array) for name, array in leaves.items()]
    pairs += [(d_x, inputs), *zip(parts(d_state0), states, strict=True)]
    for got, leaf in pairs:
        np.testing.assert_allclose(got, complex_step(loss, leaf), rtol=0, atol=1e-12)

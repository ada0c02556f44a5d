"""Truncated BPTT equals the full gradient of the cut graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncheck.protocol.names import dropout_shapes, group
from rnncheck.protocol.spec import Dropout, Padding, Spec, SpecError
from rnncheck.reference.implementation import ReferenceImplementation, bind
from rnncheck.reference.truncated import bind as bind_truncated
from tests.reference_cases import Drawn, Numbers, make, same, specs, worst

T, B = 7, 3
LENGTHS = np.array([7, 4, 0])
CELLS = pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])


def made(cell: str) -> Drawn:
    """Return a case of a cell; Jordan's has the output that it remembers."""
    return make(Spec(cell, 2, (4,), output_size=3 if cell == "jordan" else 0), T, B)


def truncated(case: Drawn, window: int, lengths: Numbers | None = None) -> dict[str, Numbers]:
    """Return the gradients under test."""
    bound = bind_truncated(case.spec, case.params, window)
    return bound.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state, lengths)


def cut_graph(
    case: Drawn,
    window: int,
    lengths: Numbers | None = None,
    masks: dict[str, Numbers] | None = None,
) -> dict[str, Numbers]:
    """Add up the full gradients of each window, its initial state a constant."""
    length = np.full(case.x.shape[1], len(case.x)) if lengths is None else lengths
    total: dict[str, Numbers] = {}
    parts_x, state = [], case.state
    for start in range(0, len(case.x), window):
        end = min(start + window, len(case.x))
        here = {name: mask[start:end] for name, mask in masks.items()} if masks else None
        bound = ReferenceImplementation(case.spec, case.params, masks=here)
        own = np.clip(length - start, 0, end - start)
        last = end == len(case.x)
        d_state = {part: d if last else np.zeros_like(d) for part, d in case.d_state.items()}
        arguments = (case.x[start:end], state)
        grads = bound.sequence_vjp(*arguments, case.d_outputs[start:end], d_state, own)
        parts_x.append(grads.pop("d.x"))
        if start:
            grads = {n: g for n, g in grads.items() if not n.startswith("d.state.")}
        total = {n: total[n] + grads[n] if n in grads else total[n] for n in total} or grads
        state = group(bound.sequence(*arguments, own), "state")
    return total | {"d.x": np.concatenate(parts_x)}


@settings(max_examples=40)
@given(
    spec=specs(layers=3),
    window=st.integers(1, T + 1),
    seed=st.integers(0, 10**6),
    cut=st.booleans(),
)
def test_truncated_equals_the_cut_graph(spec: Spec, window: int, seed: int, cut: bool) -> None:
    """Any cell and option, several layers, a last window that is shorter, with lengths."""
    if spec.directions != ("forward",):
        spec = spec.with_(directions=("forward",))
    case = make(spec, T, B, seed)
    lengths = LENGTHS if cut else None
    same(truncated(case, window, lengths), cut_graph(case, window, lengths), 1e-13)


@CELLS
@pytest.mark.parametrize("window", [1, 3])
def test_dropout_masks_stay_with_their_steps(cell: str, window: int) -> None:
    """The state's mask too, which differs from window to window."""
    keep = Dropout(input_keep=0.5, output_keep=0.5, state_keep=0.5)
    case = make(Spec(cell, 2, (4,), output_size=3 if cell == "jordan" else 0, dropout=keep), T, B)
    draw = np.random.default_rng(4)
    masks = {
        name: 2.0 * (draw.random(shape) < 0.5)
        for name, shape in dropout_shapes(case.spec, T, B).items()
    }
    bound = bind_truncated(case.spec, case.params, window, masks=masks)
    got = bound.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state)
    same(got, cut_graph(case, window, masks=masks), 1e-13)


@CELLS
@pytest.mark.parametrize("window", [T, T + 1, 100])
def test_a_window_over_all_steps_is_full_bptt(cell: str, window: int) -> None:
    """To the last bit."""
    case = made(cell)
    full = bind(case.spec, case.params).sequence_vjp(
        case.x, case.state, case.d_outputs, case.d_state, LENGTHS
    )
    same(truncated(case, window, LENGTHS), full, 0.0)


@CELLS
def test_the_state_is_carried_and_its_gradient_is_not(cell: str) -> None:
    """Forward equals the full run; a gradient on the final state reaches the last window only."""
    case = made(cell)
    bound = bind_truncated(case.spec, case.params, 3)
    same(
        bound.sequence(case.x, case.state),
        bind(case.spec, case.params).sequence(case.x, case.state),
        0.0,
    )
    got = bound.sequence_vjp(case.x, case.state, np.zeros_like(case.d_outputs), case.d_state)
    assert [bool(step.any()) for step in got["d.x"]] == [False] * 6 + [True]
    assert not any(got[f"d.state.{part}"].any() for part in case.state)


@CELLS
def test_truncation_is_seen(cell: str) -> None:
    """It differs from full BPTT by far more than rounding."""
    case = made(cell)
    assert worst(truncated(case, 2)["d.weight_hh"], truncated(case, T)["d.weight_hh"]) > 1e-3


def test_no_steps_hand_the_gradient_through() -> None:
    """T = 0."""
    case = make(Spec("lstm", 2, (4,)), 0, B)
    got = truncated(case, 2)
    assert got["d.x"].shape == (0, B, 2)
    same({part: got[f"d.state.{part}"] for part in case.d_state}, case.d_state, 0.0)


@pytest.mark.parametrize("directions", [("reverse",), ("forward", "reverse")])
def test_other_directions_are_refused(directions: tuple[str, ...]) -> None:
    """A window that is carried forward in time has no meaning for them."""
    case = make(Spec("gru", 2, (4,), directions=directions))
    with pytest.raises(SpecError, match=r"truncated BPTT carries the state forward in time"):
        bind_truncated(case.spec, case.params, 2)


def test_a_window_of_no_step_is_refused() -> None:
    """With a sentence."""
    case = make(Spec("gru", 2, (4,), padding=Padding()))
    with pytest.raises(ValueError, match="the window is 0; it must be at least 1 step"):
        bind_truncated(case.spec, case.params, 0)


@pytest.mark.parametrize("window", [1, 2, 3, 7])
def test_torch_detached_every_k_steps_is_the_same(window: int) -> None:
    """A loop that detaches (h, c) before each window, and one backward at the end."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    case = make(Spec("lstm", 2, (4,)), T, B)
    layer = torch.nn.LSTM(2, 4, dtype=torch.float64)
    layer.load_state_dict(
        {f"{n}_l0": torch.tensor(a.reshape(16, *a.shape[2:])) for n, a in case.params.items()}
    )
    x = torch.tensor(case.x, requires_grad=True)
    start = {part: torch.tensor(a, requires_grad=True) for part, a in case.state.items()}
    state: Any = (start["h"][None], start["c"][None])
    loss: Any = 0.0
    for first in range(0, T, window):
        if first:
            state = tuple(part.detach() for part in state)
        outputs, state = layer(x[first : first + window], state)
        loss = loss + (outputs * torch.tensor(case.d_outputs[first : first + window])).sum()
    for part, value in zip("hc", state, strict=True):
        loss = loss + (value[0] * torch.tensor(case.d_state[part])).sum()
    loss.backward()
    expected = {
        f"d.{n}": getattr(layer, f"{n}_l0").grad.reshape(a.shape) for n, a in case.params.items()
    }
    expected |= {"d.x": x.grad} | {f"d.state.{part}": leaf.grad for part, leaf in start.items()}
    same(truncated(case, window), {n: a.numpy() for n, a in expected.items()}, 1e-13)

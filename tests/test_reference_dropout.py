"""Dropout under given masks: against plain loops, by three kinds of gradients, and off by itself."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnncheck.protocol.names import dropout_shapes, group, prefixes
from rnncheck.protocol.spec import GATES, Dropout, Spec
from rnncheck.reference import differences, rtrl
from rnncheck.reference.implementation import ReferenceImplementation, bind
from tests.reference_cases import Drawn, Numbers, make, masks, same, specs, worst

SEEDS = st.integers(0, 10**6)
KEEPS: dict[str, Any] = {
    "input_keep": 0.75,
    "output_keep": 0.5,
    "state_keep": 0.25,
    "between_keep": 0.625,
}
BOTH = ("forward", "reverse")


@st.composite
def dropouts(draw: st.DrawFn, gates: bool = False) -> Dropout:
    """Draw which masks there are, and how often they are drawn."""
    keeps: dict[str, Any] = {name: keep for name, keep in KEEPS.items() if draw(st.booleans())}
    ways = ("step", "once", "batch", "gate") if gates else ("step", "once", "batch")
    return Dropout(**keeps, draw=draw(st.sampled_from(ways)))


def dropped(case: Drawn, seed: int = 0) -> dict[str, Numbers]:
    """Draw masks for a case, each of 0 and 1 / keep."""
    source, (steps, batch) = random.Random(seed), case.x.shape[:2]
    found: dict[str, Numbers] = {}
    for name, shape in dropout_shapes(case.spec, steps, batch).items():
        keep = getattr(case.spec.dropout, name.rpartition(".")[2] + "_keep")
        values = [(source.random() < keep) / keep for _ in range(int(np.prod(shape)))]
        found[name] = np.array(values).reshape(shape)
    return found


def trained(case: Drawn, given_masks: dict[str, Numbers] | None) -> ReferenceImplementation:
    """Bind the reference to a case under masks."""
    return ReferenceImplementation(case.spec, case.params, masks=given_masks)


def by_step(drops: dict[str, Numbers], prefix: str, name: str, like: Numbers) -> Numbers:
    """Return a mask as (T, B, W); ones where there is none."""
    return np.broadcast_to(drops.get(prefix + name, np.ones(())), like.shape)


def by_loop(
    case: Drawn, prefix: str, x: Numbers, drops: dict[str, Numbers]
) -> tuple[Numbers, dict[str, Numbers]]:
    """Run one layer in one direction step by step, without a dense layer; no padding."""
    params, state = group(case.params, prefix[:-1]), group(case.state, prefix[:-1])
    params = {name: array for name, array in params.items() if "." not in name}
    state = {name: array for name, array in state.items() if "." not in name}
    cell = case.spec.with_(
        input_size=x.shape[2], hidden_sizes=(4,), directions=("forward",), dropout=Dropout()
    )
    bound, outputs = bind(cell, params), np.zeros((*x.shape[:2], 4))
    reads = x * by_step(drops, prefix, "input", x)
    order = range(len(x))
    for t in reversed(order) if "reverse" in prefix else order:
        state = group(bound.step(reads[t], state), "state")
        outputs[t] = state["h"]
        state["h"] = state["h"] * by_step(drops, prefix, "state", outputs)[t]
    return outputs * by_step(drops, prefix, "output", outputs), state


@pytest.mark.parametrize("draw", ["step", "once", "batch"])
@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_dropout_equals_plain_loops(cell: str, draw: str) -> None:
    """Two layers, two directions, every mask: layer by layer and step by step."""
    spec = Spec(cell, 2, (4, 4), directions=BOTH, dropout=Dropout(**KEEPS, draw=draw))
    case = make(spec, 5, 3)
    drops = dropped(case)
    got = trained(case, drops).sequence(case.x, case.state)
    h = case.x
    for layer in range(2):
        parts = []
        for way in prefixes(spec)[2 * layer : 2 * layer + 2]:
            shown, state = by_loop(case, way, h, drops)
            parts.append(shown)
            for part, array in state.items():
                assert worst(got[f"state.{way}{part}"], array) <= 1e-14
        h = np.concatenate(parts, axis=2)
        h = h * by_step(drops, f"l{layer}.", "between", h)
    assert worst(got["outputs"], h) <= 1e-14


def test_jordan_dropout_acts_on_its_output() -> None:
    """The output mask hides y, the state mask thins out the y that is remembered."""
    spec = Spec("jordan", 2, (4,), output_size=3, dropout=Dropout(0.5, 0.5, 0.5))
    case = make(spec)
    drops = dropped(case)
    got = trained(case, drops).sequence(case.x, case.state)
    bound, state = bind(spec, case.params), case.state
    for t, x in enumerate(case.x):
        y = bound.step(x * drops["input"][t], state)["outputs"]
        assert worst(got["outputs"][t], y * drops["output"][t]) <= 1e-15
        assert np.array_equal(got["trace.y"][t], y)
        state = {"y": y * drops["state"][t]}
    assert np.array_equal(got["state.y"], state["y"])


@settings(max_examples=30)
@given(spec=specs(layers=2, ways=2), dropout=dropouts(gates=True), seed=SEEDS)
def test_dropout_gradients_agree(spec: Spec, dropout: Dropout, seed: int) -> None:
    """BPTT, RTRL and complex steps through the same masks, with any padding."""
    case = make(spec.with_(dropout=dropout), 3, 2, seed)
    drops, mask = dropped(case, seed), masks(3, 2, seed)
    arguments = (case.x, case.state, case.d_outputs, case.d_state)
    got = trained(case, drops).sequence_vjp(*arguments, mask=mask)
    whole = (case.spec, case.params, *arguments)
    same(got, differences.gradients(*whole, mask=mask, masks=drops), 1e-12)
    if dropout.draw == "gate":
        return  # a mask for each gate: no RTRL
    same(got, rtrl.gradients(*whole, mask=mask, masks=drops), 1e-12)


@settings(max_examples=30)
@given(spec=specs(layers=2), dropout=dropouts(), seed=SEEDS)
def test_a_step_under_dropout_is_a_sequence_of_one(spec: Spec, dropout: Dropout, seed: int) -> None:
    """A step takes the masks of T = 1, forward and backward."""
    case = make(spec.with_(dropout=dropout), 1, 3, seed)
    bound = trained(case, dropped(case, seed))
    whole = bound.sequence(case.x, case.state)
    step = bound.step(case.x[0], case.state)
    assert np.array_equal(step["outputs"], whole["outputs"][0])
    assert all(np.array_equal(step[f"state.{part}"], whole[f"state.{part}"]) for part in case.state)
    upstream = (case.d_outputs[0], case.d_state)
    grads = bound.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state)
    grads["d.x"] = grads["d.x"][0]
    same(bound.step_vjp(case.x[0], case.state, *upstream), grads, 1e-12)


def test_stepping_under_dropout_equals_the_sequence() -> None:
    """With masks drawn once, one bound network steps through the sequence."""
    spec = Spec("lstm", 2, (4, 4), dropout=Dropout(**KEEPS, draw="once"))
    case = make(spec)
    bound = trained(case, dropped(case))
    whole, state = bound.sequence(case.x, case.state), case.state
    for t, x in enumerate(case.x):
        step = bound.step(x, state)
        state = group(step, "state")
        assert np.array_equal(step["outputs"], whole["outputs"][t])
    assert all(np.array_equal(state[part], whole[f"state.{part}"]) for part in state)


@pytest.mark.parametrize("cell", GATES)
def test_dropout_is_off_without_masks(cell: str) -> None:
    """No masks mean evaluation, whatever the spec says; ones change nothing; real ones do."""
    plain = Spec(cell, 2, (4,), output_size=3)
    spec = plain.with_(dropout=Dropout(**KEEPS))
    case = make(spec)
    ones = {name: np.ones_like(mask) for name, mask in dropped(case).items()}
    arguments = (case.x, case.state, case.d_outputs, case.d_state)

    def results(bound: ReferenceImplementation) -> dict[str, Numbers]:
        return bound.sequence(case.x, case.state) | bound.sequence_vjp(*arguments)

    expected = results(bind(plain, case.params))
    same(results(bind(spec, case.params)), expected, 0.0)
    same(results(trained(case, ones)), expected, 0.0)
    other = results(trained(case, dropped(case)))
    assert all(worst(other[name], expected[name]) > 1e-3 for name in ("outputs", "d.weight_ih"))


def test_state_dropout_leaves_c_and_the_output_alone() -> None:
    """Drop all of h: the state given back has no h, but all of c, and the output is h."""
    spec = Spec("lstm", 2, (4,), dropout=Dropout(state_keep=0.5))
    case = make(spec, 1)
    plain = bind(spec, case.params).sequence(case.x, case.state)
    got = trained(case, {"state": np.zeros((1, 3, 4))}).sequence(case.x, case.state)
    assert not got["state.h"].any()
    assert np.array_equal(got["state.c"], plain["state.c"])
    assert np.array_equal(got["outputs"], plain["outputs"])


def test_padded_rows_carry_their_state_undropped() -> None:
    """A row that has ended, or never begins, keeps its state as it is."""
    spec = Spec("gru", 2, (4,), dropout=Dropout(state_keep=0.5))
    case = make(spec, 4, 2)
    drops = dropped(case)
    bound = trained(case, drops)
    got = bound.sequence(case.x, case.state, np.array([0, 2]))
    short = trained(case, {"state": drops["state"][:2]}).sequence(case.x[:2], case.state)
    assert np.array_equal(got["state.h"][0], case.state["h"][0])
    assert np.array_equal(got["state.h"][1], short["state.h"][1])


def test_once_is_the_same_mask_at_every_step() -> None:
    """A mask (B, W) drawn once is that mask repeated over time."""
    once = Spec("gru", 2, (4, 4), directions=BOTH, dropout=Dropout(**KEEPS, draw="once"))
    case = make(once)
    drops = dropped(case)
    repeated = {name: np.repeat(mask[None], 4, axis=0) for name, mask in drops.items()}
    each = once.with_(dropout=Dropout(**KEEPS))
    got = trained(case, drops).sequence(case.x, case.state)
    expected = ReferenceImplementation(each, case.params, masks=repeated)
    same(got, expected.sequence(case.x, case.state), 0.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"output": np.ones((4, 3, 4))}, r"unknown \['output'\]"),
        ({"input": None}, r"masks lacks \['input'\]"),
        ({"input": np.ones((3, 2))}, r"masks 'input' has shape \(3, 2\); it must be \(4, 3, 2\)"),
        ({"state": np.ones((4, 1, 4))}, r"masks 'state' has shape \(4, 1, 4\)"),
    ],
)
def test_wrong_dropout_masks_are_refused(changes: dict[str, Any], said: str) -> None:
    """Every mask that the spec asks for, and no other; nothing is broadcast."""
    spec = Spec("gru", 2, (4,), dropout=Dropout(input_keep=0.5, state_keep=0.5))
    case = make(spec)
    drops = {name: mask for name, mask in (dropped(case) | changes).items() if mask is not None}
    with pytest.raises(ValueError, match=said):
        trained(case, drops).sequence(case.x, case.state)


@pytest.mark.parametrize("directions", [BOTH[:1], BOTH])
def test_between_equals_torch_layers_with_a_mask_by_hand(directions: tuple[str, ...]) -> None:
    """Two torch.nn.LSTM layers with the mask multiplied between them, and their gradients."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    spec = Spec("lstm", 2, (4, 4), directions=directions, dropout=Dropout(between_keep=0.625))
    case = make(spec, 5, 3)
    drops, ways = dropped(case), len(directions)
    layers = [torch.nn.LSTM(size, 4, bidirectional=ways > 1).double() for size in (2, 4 * ways)]
    x = torch.tensor(case.x, requires_grad=True)
    h = x
    for at, layer in enumerate(layers):
        own = prefixes(spec)[ways * at : ways * (at + 1)]
        for name, weight in layer.named_parameters():
            prefix = own[-1] if name.endswith("reverse") else own[0]
            array = case.params[prefix + name.split("_l0")[0]]
            weight.data = torch.tensor(array.reshape(weight.shape))
        start = [torch.tensor(np.stack([case.state[way + part] for way in own])) for part in "hc"]
        h, _ = layer(h * torch.tensor(drops["l0.between"]) if at else h, tuple(start))
    (torch.tensor(case.d_outputs) * h).sum().backward()
    nothing = {part: 0 * array for part, array in case.state.items()}
    bound = trained(case, drops)
    got = bound.sequence(case.x, case.state)
    got |= bound.sequence_vjp(case.x, case.state, case.d_outputs, nothing)
    assert worst(got["outputs"], h.detach().numpy()) <= 1e-12
    assert worst(got["d.x"], x.grad.numpy()) <= 1e-10
    first = layers[0].weight_hh_l0.grad.numpy()
    assert worst(got["d.l0.weight_hh"].reshape(16, 4), first) <= 1e-10

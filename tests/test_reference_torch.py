"""The reference against torch in float64, forward and gradients: an independent producer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from tests.reference_cases import Drawn, make, worst

torch = pytest.importorskip("torch", reason="torch is not installed")

CLASSES = {"elman": "RNN", "lstm": "LSTM", "gru": "GRU"}
LAYERS = pytest.mark.parametrize(
    ("cell", "options"),
    [
        ("elman", {}),
        ("elman", {"activation": "relu"}),
        ("elman", {"biases": "none"}),
        ("lstm", {}),
        ("lstm", {"projection": 3}),
        ("gru", {}),
        ("gru", {"hidden_sizes": (4, 4), "directions": ("forward", "reverse")}),
        ("lstm", {"hidden_sizes": (4, 4), "directions": ("forward", "reverse")}),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "plain",
)


def tensors(arrays: dict[str, Any]) -> dict[str, Any]:
    """Return leaf tensors that record gradients."""
    return {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}


def torch_name(name: str) -> str:
    """Turn "l1.reverse.weight_ih" into "weight_ih_l1_reverse"."""
    *prefix, own = name.split(".")
    return "_".join([own, *(prefix or ["l0"])])


def by_torch(case: Drawn) -> dict[str, Any]:
    """Run torch's layer and its autograd; return results under the protocol's names."""
    spec = case.spec
    options: dict[str, Any] = {"nonlinearity": spec.activation} if spec.cell == "elman" else {}
    if spec.projection:
        options["proj_size"] = spec.projection
    layer = getattr(torch.nn, CLASSES[spec.cell])(
        spec.input_size,
        spec.hidden_sizes[0],
        len(spec.hidden_sizes),
        bias=spec.biases != "none",
        bidirectional=len(spec.directions) > 1,
        dtype=torch.float64,
        **options,
    )
    flat = {
        torch_name(name): torch.tensor(a.reshape(-1, *a.shape[2:]) if "hr" not in name else a)
        for name, a in case.params.items()
    }
    layer.load_state_dict(flat, strict=True)
    x, state = tensors({"x": case.x})["x"], tensors(case.state)
    kinds = ("h", "c") if spec.cell == "lstm" else ("h",)
    start = [torch.stack([state[p] for p in state if p.endswith(kind)]) for kind in kinds]
    outputs, final = layer(x, tuple(start) if len(start) > 1 else start[0])
    finals = final if len(start) > 1 else (final,)
    parts = {part: finals[kinds.index(part[-1])][at // len(kinds)] for at, part in enumerate(state)}
    loss = (torch.tensor(case.d_outputs) * outputs).sum()
    loss = loss + sum((torch.tensor(case.d_state[part]) * parts[part]).sum() for part in parts)
    loss.backward()
    results = {"outputs": outputs} | {f"state.{part}": value for part, value in parts.items()}
    grads = {f"d.{name}": getattr(layer, torch_name(name)).grad for name in case.params}
    grads |= {f"d.state.{part}": leaf.grad for part, leaf in state.items()} | {"d.x": x.grad}
    return {name: value.detach().numpy() for name, value in (results | grads).items()}


def cases(cell: str, options: dict[str, Any]) -> Drawn:
    """Return a case of a spec with these options."""
    return make(Spec(cell=cell, input_size=2, hidden_sizes=(4,)).with_(**options), 6, 3)


@LAYERS
def test_reference_equals_torch(cell: str, options: dict[str, Any]) -> None:
    """Outputs and final states to 1e-12, gradients of every block to 1e-10 of its largest."""
    case = cases(cell, options)
    bound = bind(case.spec, case.params)
    expected = by_torch(case)
    got = bound.sequence(case.x, case.state)
    got |= bound.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state)
    for name, array in expected.items():
        mine = got[name].reshape(array.shape)
        assert worst(mine, array) <= (1e-10 if name.startswith("d.") else 1e-12), name
    assert {n for n in got if not n.startswith("trace.")} == expected.keys()


def test_reference_equals_packed_torch() -> None:
    """Reverse within each row's own length, padded outputs zero, final states at the last valid."""
    spec = Spec(cell="lstm", input_size=2, hidden_sizes=(4,), directions=("forward", "reverse"))
    case = make(spec, 5, 3)
    lengths = np.array([5, 3, 1])
    rnn = torch.nn.utils.rnn
    layer = torch.nn.LSTM(2, 4, bidirectional=True, dtype=torch.float64)
    layer.load_state_dict(
        {torch_name(n): torch.tensor(a.reshape(16, *a.shape[2:])) for n, a in case.params.items()}
    )
    start = [np.stack([case.state[f"l0.{way}{part}"] for way in ("", "reverse.")]) for part in "hc"]
    packed = rnn.pack_padded_sequence(torch.tensor(case.x), torch.tensor(lengths))
    outputs, (h, c) = layer(packed, tuple(torch.tensor(a) for a in start))
    expected = rnn.pad_packed_sequence(outputs)[0].detach().numpy()
    got = bind(spec, case.params).sequence(case.x, case.state, lengths)
    assert worst(got["outputs"], expected) <= 1e-12
    for k, way in enumerate(("l0.", "l0.reverse.")):
        assert worst(got[f"state.{way}h"], h[k].detach().numpy()) <= 1e-12
        assert worst(got[f"state.{way}c"], c[k].detach().numpy()) <= 1e-12

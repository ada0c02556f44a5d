"""What the reference refuses, and in which words; what it claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.spec import DIRECTIONS, GATES, Padding, Spec, SpecError
from rnncheck.reference.cells import cell_of
from rnncheck.reference.implementation import bind
from tests.reference_cases import make

SPEC = Spec(cell="lstm", input_size=2, hidden_sizes=(4,), output_size=3)


def test_the_reference_offers_the_protocol() -> None:
    """Bind and what it gives have the protocol's types; mypy holds them to it."""
    typed: Bind = bind
    bound: Implementation = typed(SPEC, make(SPEC).params)
    assert bound.spec == SPEC
    assert bound.facts == {}


@pytest.mark.parametrize("cell", GATES)
def test_every_cell_of_the_protocol_is_implemented(cell: str) -> None:
    """Whatever a spec may name has its module in the reference."""
    spec = Spec(cell=cell, input_size=2, hidden_sizes=(4,), output_size=3)
    assert cell_of(spec).forward.__module__ == f"rnncheck.reference.{cell}"


@pytest.mark.parametrize("options", [{"hidden_sizes": (4, 4)}, {"directions": DIRECTIONS[2]}])
def test_a_jordan_network_of_layers_or_directions_is_refused(options: dict[str, Any]) -> None:
    """Its memory is the output of the whole network, so there is one of it."""
    spec = Spec(cell="jordan", input_size=2, hidden_sizes=(4,), output_size=3)
    with pytest.raises(SpecError, match="one layer, one direction"):
        spec.with_(**options)


@pytest.mark.parametrize("dtype", ["int64", "bfloat16"])
def test_an_unknown_dtype_is_refused(dtype: str) -> None:
    """The message lists the dtypes that there are."""
    with pytest.raises(SpecError, match="float16, float32, float64"):
        bind(SPEC, make(SPEC).params, dtype)


def test_another_device_is_absent() -> None:
    """NumPy has no accelerator: the fault is nobody's, not an error."""
    with pytest.raises(Fault, match="on 'cpu' only") as caught:
        bind(SPEC, make(SPEC).params, device="cuda")
    assert caught.value.kind == "absent"


def test_two_directions_have_no_step() -> None:
    """A step of a network that needs the end of the sequence is refused and not claimed."""
    spec = SPEC.with_(directions=("forward", "reverse"))
    case = make(spec)
    bound = bind(spec, case.params)
    assert not {"step", "step_vjp"} & bound.claims
    with pytest.raises(SpecError, match="no single step"):
        bound.step(case.x[0], case.state)


def test_claims_follow_the_padding_rule() -> None:
    """A mask of any pattern and a row of length 0 are claimed where the rule allows them."""
    params = make(SPEC).params
    assert "mask" not in bind(SPEC, params).claims
    assert "mask" in bind(SPEC.with_(padding=Padding(mask="any")), params).claims
    assert "zero_length" in bind(SPEC, params).claims
    strict = SPEC.with_(padding=Padding(zero_length="error"))
    assert "zero_length" not in bind(strict, params).claims
    assert "trace" in bind(SPEC, params).claims


def test_a_wrong_parameter_is_named() -> None:
    """Missing, unknown, and of another shape."""
    params = make(SPEC).params
    with pytest.raises(ValueError, match=r"params lacks \['bias_o'\]"):
        bind(SPEC, {k: v for k, v in params.items() if k != "bias_o"})
    with pytest.raises(ValueError, match=r"unknown \['extra'\]"):
        bind(SPEC, params | {"extra": params["bias_o"]})
    with pytest.raises(ValueError, match=r"params 'weight_ih' has shape \(4, 2, 4\)"):
        bind(SPEC, params | {"weight_ih": params["weight_ih"].swapaxes(1, 2)})


def changed(**changes: Any) -> dict[str, Any]:
    """Return the arguments of sequence_vjp with some changed."""
    case = make(SPEC)
    arguments: dict[str, Any] = {
        "x": case.x,
        "state": case.state,
        "d_outputs": case.d_outputs,
        "d_state": case.d_state,
    }
    return arguments | changes


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x": np.zeros((4, 3))}, r"must be \(T, B, D\) with D = 2"),
        ({"x": np.zeros((4, 3, 5))}, r"must be \(T, B, D\) with D = 2"),
        ({"state": {"h": np.zeros((3, 4))}}, r"state lacks \['c'\]"),
        (
            {"state": {"h": np.zeros((1, 4)), "c": np.zeros((3, 4))}},
            r"state 'h' has shape \(1, 4\); it must be \(3, 4\)",
        ),
        ({"d_outputs": np.zeros((4, 3, 4))}, r"d_outputs has shape \(4, 3, 4\)"),
        ({"d_state": {}}, r"d_state lacks \['c', 'h'\]"),
    ],
)
def test_a_wrong_argument_is_named(changes: dict[str, Any], said: str) -> None:
    """Nothing is broadcast: each array has the shape that the spec gives it."""
    with pytest.raises(ValueError, match=said):
        bind(SPEC, make(SPEC).params).sequence_vjp(**changed(**changes))


def test_arguments_are_left_alone() -> None:
    """No call writes into what it was handed."""
    case = make(SPEC)
    arguments = changed()
    before = [case.x.copy(), case.d_outputs.copy(), *(a.copy() for a in case.state.values())]
    bind(SPEC, case.params).sequence_vjp(**arguments)
    state = arguments["state"]
    after = [arguments["x"], arguments["d_outputs"], *state.values()]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))

"""Keras' own classes through the Keras adapters, against the reference; and wrong classes."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base import Target
from rnncheck.adapters.base_local import bind, bind_target
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import flat
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec, make_case

if os.environ.get("TF_USE_LEGACY_KERAS") == "1":
    pytest.skip("TF_USE_LEGACY_KERAS=1: this process is in the world tf1", allow_module_level=True)
pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
keras: Any = pytest.importorskip("keras", reason="Keras is not installed")

Hold = Callable[..., None]
CELL, LAYER = adapters.load("keras_cell"), adapters.load("keras_layer")
BOTH = [(adapter, target) for adapter in (CELL, LAYER) for target in adapter.targets]
IDS = [f"{adapter.name}-{target.name}" for adapter, target in BOTH]
DTYPES = ("float64", "float32")


@pytest.fixture(autouse=True)
def _default_dtype() -> Any:
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def _spec(target: Target, **options: Any) -> Spec:
    given: dict[str, Any] = {"input_size": 2, "hidden_sizes": (3,), **target.options, **options}
    return Spec(**given)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("target", CELL.targets, ids=lambda t: t.name)
def test_keras_cell_step_equals_the_reference(target: Target, dtype: str, hold: Hold) -> None:
    """One step and its gradients."""
    case = make_case(CaseSpec(_spec(target), batch=4))
    implementation = bind_target(CELL, target.path)(case.spec, case.params, dtype)
    hold(implementation, case, "step", dtype)
    assert implementation.facts["detached"] == []


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no biases": {"biases": "none"},
    "relu": {"activation": "relu"},
    "reverse": {"directions": ("reverse",)},
}
ROWS: dict[str, dict[str, Any]] = {
    "full": {},
    "lengths": {"lengths": (1, 5, 0, 4)},
    "mask": {"masked": True},
    "none state": {"state": "none"},
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(("adapter", "target"), BOTH, ids=IDS)
def test_keras_sequence_equals_the_reference(
    adapter: Any, target: Target, options: dict[str, Any], rows: dict[str, Any], hold: Hold
) -> None:
    """A sequence and its gradients: lengths, length 0, masks, backwards."""
    spec = _spec(target, **options)
    if not adapter.claims(spec):
        assert (adapter, spec.directions) == (CELL, ("reverse",))
        return
    case = make_case(CaseSpec(spec, steps=5, batch=4, **rows))
    hold(bind_target(adapter, target.path)(spec, case.params), case, "sequence")


@pytest.mark.parametrize(("adapter", "target"), BOTH, ids=IDS)
def test_keras_sequence_equals_the_reference_in_float32(
    adapter: Any, target: Target, hold: Hold
) -> None:
    """The same in float32, after float64 was in use."""
    case = make_case(CaseSpec(_spec(target), steps=5, batch=4, lengths=(1, 5, 0, 4)))
    bind_target(adapter, target.path)(case.spec, case.params)
    implementation = bind_target(adapter, target.path)(case.spec, case.params, "float32")
    hold(implementation, case, "sequence", "float32")
    assert set(implementation.facts["dtypes"].values()) == {"float32"}


@pytest.mark.parametrize("target", CELL.targets, ids=lambda t: t.name)
def test_keras_cell_starts_from_zero_without_a_state(target: Target) -> None:
    """No state given is the zero state."""
    case = make_case(CaseSpec(_spec(target), state="zero"))
    implementation = bind_target(CELL, target.path)(case.spec, case.params)
    got = implementation.step(case.x[0], None)
    assert np.array_equal(got["outputs"], implementation.step(case.x[0], case.state)["outputs"])


class _Detached(keras.layers.LSTMCell):  # type: ignore[misc] # Keras may be absent
    def call(self, inputs: Any, states: Any) -> Any:
        h, (_, c) = super().call(inputs, states)
        h, c = keras.ops.stop_gradient(h), keras.ops.stop_gradient(c)
        return h, [h, c]


class _OneMore(keras.layers.LSTMCell):  # type: ignore[misc] # Keras may be absent
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.add_weight(shape=(7,))


class _OutputsOnly(keras.layers.LSTMCell):  # type: ignore[misc] # Keras may be absent
    def call(self, inputs: Any, states: Any) -> Any:
        return super().call(inputs, states)[0]


class _NoCell(keras.layers.LSTMCell):  # type: ignore[misc] # Keras may be absent
    def call(self, inputs: Any, states: Any) -> Any:
        h, _ = super().call(inputs, states)
        return h, [h]


class _Nothing(keras.layers.LSTMCell):  # type: ignore[misc] # Keras may be absent
    def call(self, inputs: Any, states: Any) -> Any:
        super().call(inputs, states)


class _Partly(keras.layers.LSTMCell):  # type: ignore[misc] # Keras may be absent
    def call(self, inputs: Any, states: Any) -> Any:
        return super().call(keras.ops.stop_gradient(inputs), tuple(states))


def _lstm(kind: Any) -> tuple[Case, Any]:
    case = make_case(CaseSpec(_spec(CELL.targets[1])))
    return case, lambda: bind(CELL, {"LSTMCell": kind}, "LSTMCell", case.spec, case.params)


@pytest.mark.parametrize(
    ("kind", "fault", "words"),
    [
        (_Detached, "error", "do not depend on the weights"),
        (_OneMore, "error", r"shapes \(2, 12\), .*, \(7,\); asked for, in order: kernel \(2, 12\)"),
        (_OutputsOnly, "error", r"of shape \(2, 3\); asked for: \(outputs, \[h, c\]\)"),
        (_NoCell, "error", r"list of 1 .*; asked for: \(outputs, \[h, c\]\)"),
        (_Nothing, "not_implemented", "gave back None"),
        (lambda units: units, "error", "int is no keras.layers.Layer"),
    ],
)
def test_keras_cell_names_what_is_wrong(kind: Any, fault: str, words: str) -> None:
    """A class that cannot be used is a fault, and the sentence says what was asked for."""
    case, make = _lstm(kind)
    with pytest.raises(Fault, match=words) as caught:
        make().step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    assert caught.value.kind == fault


def test_keras_layer_without_states_names_what_is_wrong() -> None:
    """A layer that ignores return_state."""

    def ignores(units: int, **_: Any) -> Any:
        return keras.layers.LSTM(units, return_sequences=True)

    case = make_case(CaseSpec(_spec(LAYER.targets[1])))
    implementation = bind(LAYER, {"LSTM": ignores}, "LSTM", case.spec, case.params)
    with pytest.raises(Fault, match=r"asked for: \[outputs, h, c\]"):
        implementation.sequence(case.x, case.state)


def test_keras_cell_reports_what_it_saw() -> None:
    """Containers and gradients that the tape does not reach are facts, never faults."""
    case, make = _lstm(_Partly)
    implementation = make()
    got = implementation.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    assert implementation.facts["containers"] == {"state": "list"}
    assert implementation.facts["detached"] == ["d.x"]
    assert not got["d.x"].any()


RERUNS = [
    (adapter, target, call)
    for adapter, target in BOTH
    for call in ("step", "step_vjp", "sequence", "sequence_vjp")
    if adapter is CELL or "sequence" in call
]


@pytest.mark.parametrize(("adapter", "target", "call"), RERUNS)
def test_keras_rerun_lines_reproduce_the_call(adapter: Any, target: Target, call: str) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    spec, step = _spec(target), call.startswith("step")
    case = make_case(CaseSpec(spec, batch=4, steps=5))
    x, d_outputs = (case.x[0], case.d_outputs[0]) if step else (case.x, case.d_outputs)
    arrays = flat(x=x, state=case.state, lengths=None if step else np.array([1, 5, 0, 4]))
    if call.endswith("_vjp"):
        arrays |= flat(d_outputs=d_outputs, d_state=case.d_state)
    layout, name = adapter.layout, target.path.partition(":")[2]
    native, params = layout.arguments(spec, call, arrays), layout.params_out(spec, case.params)
    kind = getattr(keras.layers, name)
    right = adapter.make({name: kind}, name, spec, params, "float64", "cpu").call(call, native)
    names = {key.replace(".", "_"): array for key, array in native.items()}
    names |= {"params": params, name: kind}
    exec("\n".join(layout.rerun(spec, call, name, list(native))), names)
    for key, array in right.items():
        assert np.array_equal(names[key.replace(".", "_")], array), key

"""TensorFlow 1's own cells through the TF1 adapters, against the reference; and wrong classes."""

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

if os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    reason = "the world tf1 needs a process of its own with TF_USE_LEGACY_KERAS=1 (tox -e tf1)"
    pytest.skip(reason, allow_module_level=True)
tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
pytest.importorskip("tf_keras", reason="tf_keras is not installed")

# TensorFlow's rnn_cell warns of its own calls that are old.
pytestmark = pytest.mark.filterwarnings("ignore:`layer.add_variable` is deprecated:UserWarning")

Hold = Callable[..., None]
CELL, STATIC = adapters.load("tf1_cell"), adapters.load("tf1_static")
EAGER = adapters.load("tf1_eager")
TARGETS = CELL.targets
DTYPES = ("float64", "float32")


@pytest.fixture(autouse=True)
def _default_dtype() -> Any:
    yield
    tf.keras.backend.set_floatx("float32")


def _spec(target: Target, **options: Any) -> Spec:
    given: dict[str, Any] = {"input_size": 2, "hidden_sizes": (3,), **target.options, **options}
    return Spec(**given)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("adapter", [CELL, EAGER], ids=["graph", "eager"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
def test_tf1_step_equals_the_reference(
    target: Target, adapter: Any, dtype: str, hold: Hold
) -> None:
    """One step and its gradients, in a graph and eagerly."""
    case = make_case(CaseSpec(_spec(target), batch=4))
    implementation = bind_target(adapter, target.path)(case.spec, case.params, dtype)
    hold(implementation, case, "step", dtype)
    assert implementation.facts["detached"] == []
    assert set(implementation.facts["dtypes"].values()) == {dtype}


ROWS: dict[str, dict[str, Any]] = {
    "full": {},
    "lengths": {"lengths": (1, 5, 0, 4)},
    "none state": {"state": "none"},
}


@pytest.mark.parametrize("time_major", [True, False], ids=["time major", "batch major"])
@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("adapter", [CELL, STATIC], ids=["dynamic", "static"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
def test_tf1_sequence_equals_the_reference(
    target: Target, adapter: Any, rows: dict[str, Any], time_major: bool, hold: Hold
) -> None:
    """A sequence and its gradients: lengths, length 0, either major axis."""
    case = make_case(CaseSpec(_spec(target, time_major=time_major), steps=5, batch=4, **rows))
    hold(bind_target(adapter, target.path)(case.spec, case.params), case, "sequence")


@pytest.mark.parametrize("adapter", [CELL, STATIC], ids=["dynamic", "static"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
def test_tf1_sequence_equals_the_reference_in_float32(
    target: Target, adapter: Any, hold: Hold
) -> None:
    """The same in float32, after float64 was in use."""
    case = make_case(CaseSpec(_spec(target), steps=5, batch=4, lengths=(1, 5, 0, 4)))
    implementation = bind_target(adapter, target.path)(case.spec, case.params, "float32")
    hold(implementation, case, "sequence", "float32")
    assert set(implementation.facts["dtypes"].values()) == {"float32"}


@pytest.mark.parametrize(
    "options",
    [
        {"cell_clip": 0.75},
        {"hidden_sizes": (4,), "projection": 3},
        {"forget_bias": 0.0, "activation": "relu"},
        {"activation": "identity", "peepholes": True},
    ],
    ids=str,
)
def test_tf1_lstm_options_equal_the_reference(options: dict[str, Any], hold: Hold) -> None:
    """What the constructor of LSTMCell can be asked for."""
    case = make_case(CaseSpec(_spec(TARGETS[2], **options), steps=5, batch=4, lengths=(1, 5, 0, 4)))
    for adapter, call in ((CELL, "sequence"), (STATIC, "sequence"), (EAGER, "step")):
        implementation = bind_target(adapter, TARGETS[2].path)(case.spec, case.params)
        hold(implementation, case, call)


@pytest.mark.parametrize("adapter", [CELL, EAGER], ids=["graph", "eager"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.name)
def test_tf1_cell_starts_from_zero_without_a_state(target: Target, adapter: Any) -> None:
    """No state given is the zero state."""
    case = make_case(CaseSpec(_spec(target), state="zero"))
    implementation = bind_target(adapter, target.path)(case.spec, case.params)
    got = implementation.step(case.x[0], None)
    assert np.array_equal(got["outputs"], implementation.step(case.x[0], case.state)["outputs"])


def test_tf1_graph_is_shared_and_parameters_are_not() -> None:
    """Two binds of one class and form share a graph; each call runs on its own parameters."""
    spec = _spec(TARGETS[2])
    one, two = (make_case(CaseSpec(spec, seed=seed)) for seed in (1, 2))
    first, second = (bind_target(CELL, TARGETS[2].path)(spec, case.params) for case in (one, two))
    before = first.sequence(one.x, one.state)
    other = second.sequence(one.x, one.state)
    again = first.sequence(one.x, one.state)
    assert not np.array_equal(before["outputs"], other["outputs"])
    assert np.array_equal(before["outputs"], again["outputs"])


class _Lstm:
    """A cell by hand with tf.get_variable, in the way of TensorFlow 1; `answer` may be changed."""

    def __init__(self, num_units: int) -> None:
        self.state_size = tf.nn.rnn_cell.LSTMStateTuple(num_units, num_units)
        self.output_size = num_units

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        zeros = tf.zeros((batch_size, self.output_size), dtype)
        return tf.nn.rnn_cell.LSTMStateTuple(zeros, zeros)

    def __call__(self, x: Any, state: Any, scope: Any = None) -> Any:
        c, h = state
        units = self.output_size
        kernel = tf.get_variable("kernel", (x.shape[1] + units, 4 * units), x.dtype)
        bias = tf.get_variable("bias", (4 * units,), x.dtype)
        a = tf.matmul(tf.concat([x, h], 1), kernel) + bias
        i, j, f, o = tf.split(a, 4, axis=1)
        c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
        return self.answer(h, c)

    def answer(self, h: Any, c: Any) -> Any:
        return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)


class _Detached(_Lstm):
    def answer(self, h: Any, c: Any) -> Any:
        return super().answer(tf.stop_gradient(h), tf.stop_gradient(c))


class _OutputsOnly(_Lstm):
    def answer(self, h: Any, c: Any) -> Any:
        return h


class _Nothing(_Lstm):
    def answer(self, h: Any, c: Any) -> Any:
        return None


class _OneMore(_Lstm):
    def answer(self, h: Any, c: Any) -> Any:
        tf.get_variable("more", (7,), h.dtype)
        return super().answer(h, c)


class _Plain(_Lstm):
    def answer(self, h: Any, c: Any) -> Any:
        return h, (tf.stop_gradient(c), tf.stop_gradient(h))


def _lstm(kind: Any) -> tuple[Case, Any]:
    case = make_case(CaseSpec(_spec(TARGETS[2])))
    return case, lambda: bind(CELL, {"LSTMCell": kind}, "LSTMCell", case.spec, case.params)


def test_tf1_cell_by_hand_equals_the_reference(hold: Hold) -> None:
    """A class with tf.get_variable, as TensorFlow 1's users wrote them."""
    case, make = _lstm(_Lstm)
    hold(make(), case, "step")


class _Branches(tf.nn.rnn_cell.LSTMCell):  # type: ignore[misc]  # TensorFlow is not looked at
    """Its Python branches on a tensor and loops over one: TensorFlow has to rewrite it."""

    def call(self, inputs: Any, state: Any) -> Any:
        h, (c, kept) = super().call(inputs, state)
        if tf.reduce_sum(h) > 1e6:
            kept = 2.0 * h
        for _ in tf.range(2):
            kept = kept + 0.0
        return kept, tf.nn.rnn_cell.LSTMStateTuple(c, kept)


def test_tf1_cell_that_branches_on_tensors_equals_the_reference(hold: Hold) -> None:
    """What cannot be built as it is written is rewritten by TensorFlow, as it always is elsewhere."""
    case, make = _lstm(_Branches)
    hold(make(), case, "step")
    hold(make(), case, "sequence")


@pytest.mark.parametrize(
    ("kind", "fault", "words"),
    [
        (_Detached, "error", "do not depend on the weights"),
        (_OneMore, "error", r"shapes \(5, 12\), \(12,\), \(7,\); asked for, in order: kernel"),
        (_OutputsOnly, "error", r"Tensor of shape .*asked for: \(outputs, LSTMStateTuple\(c, h\)"),
        (_Nothing, "not_implemented", "gave back None"),
    ],
)
def test_tf1_cell_names_what_is_wrong(kind: Any, fault: str, words: str) -> None:
    """A class that cannot be used is a fault, and the sentence says what was asked for."""
    case, make = _lstm(kind)
    with pytest.raises(Fault, match=words) as caught:
        make().step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    assert caught.value.kind == fault


def test_tf1_cell_reports_what_it_saw() -> None:
    """Containers and gradients that the graph does not reach are facts, never faults."""
    case, make = _lstm(_Plain)
    implementation = make()
    implementation.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    assert implementation.facts["containers"] == {"state": "tuple"}
    assert implementation.facts["detached"] == []


RERUNS = [
    (adapter, target, call + vjp)
    for adapter, call in ((CELL, "step"), (CELL, "sequence"), (STATIC, "sequence"), (EAGER, "step"))
    for vjp in ("", "_vjp")
    for target in TARGETS
]


@pytest.mark.parametrize(("adapter", "target", "call"), RERUNS)
def test_tf1_rerun_lines_reproduce_the_call(adapter: Any, target: Target, call: str) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    spec, step = _spec(target), call.startswith("step")
    case = make_case(CaseSpec(spec, batch=4, steps=5))
    x, d_outputs = (case.x[0], case.d_outputs[0]) if step else (case.x, case.d_outputs)
    arrays = flat(x=x, state=case.state, lengths=None if step else np.array([1, 5, 0, 4]))
    if call.endswith("_vjp"):
        arrays |= flat(d_outputs=d_outputs, d_state=case.d_state)
    layout, name = adapter.layout, target.path.rpartition(".")[2]
    native, params = layout.arguments(spec, call, arrays), layout.params_out(spec, case.params)
    kind = getattr(tf.nn.rnn_cell, name)
    right = adapter.make({name: kind}, name, spec, params, "float64", "cpu").call(call, native)
    names = {key.replace(".", "_"): array for key, array in native.items()}
    names |= {"params": params, name: kind}
    exec("\n".join(layout.rerun(spec, call, name, list(native))), names)
    for key, array in right.items():
        assert np.allclose(names[key.replace(".", "_")], array, rtol=0, atol=1e-12), key

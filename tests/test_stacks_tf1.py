"""TensorFlow 1's deep networks, in both directions and below a dense layer, and their options."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_local import bind_target
from rnncheck.protocol.names import flat
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec, make_case

if os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    reason = "the world tf1 needs a process of its own with TF_USE_LEGACY_KERAS=1 (tox -e tf1)"
    pytest.skip(reason, allow_module_level=True)
tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
pytest.importorskip("tf_keras", reason="tf_keras is not installed")

# TensorFlow's rnn_cell warns of its own calls that are old.
pytestmark = pytest.mark.filterwarnings("ignore:`layer.add_variable` is deprecated:UserWarning")

Hold = Callable[..., None]
NAMES = ("tf1_stack", "tf1_bidirectional", "tf1_dense", "tf1_swapped", "tf1_joined")
ADAPTERS = {name: adapters.load(name) for name in NAMES}
TARGETS = [
    pytest.param(adapter, target, id=f"{adapter.name}-{target.name}")
    for adapter in ADAPTERS.values()
    for target in adapter.targets
]
ROWS: dict[str, dict[str, Any]] = {
    "lengths": {"lengths": (1, 5, 0, 4)},
    "none state": {"state": "none"},
}


@pytest.fixture(autouse=True)
def _default_dtype() -> Any:
    yield
    tf.keras.backend.set_floatx("float32")


def _spec(target: Target, **options: Any) -> Spec:
    given: dict[str, Any] = {"input_size": 2, "hidden_sizes": (3,), **target.options, **options}
    return Spec(**given)


@pytest.mark.parametrize("time_major", [True, False], ids=["time major", "batch major"])
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_tf1_network_equals_the_reference(
    adapter: Adapter, target: Target, rows: str, time_major: bool, hold: Hold
) -> None:
    """A sequence and its gradients: lengths, length 0, either major axis."""
    spec = _spec(target, time_major=time_major)
    given = ROWS[rows]
    if rows == "lengths" and "lengths" not in adapter.claims(spec):
        assert adapter.name == "tf1_dense"
        given = {}
    case = make_case(CaseSpec(spec, steps=5, batch=4, **given))
    hold(bind_target(adapter, target.path)(spec, case.params), case, "sequence")


@pytest.mark.parametrize("name", ["tf1_stack", "tf1_joined"])
def test_tf1_network_steps_as_the_reference(name: str, hold: Hold) -> None:
    """One step and its gradients, where a step is offered."""
    target = ADAPTERS[name].targets[0]
    case = make_case(CaseSpec(_spec(target), batch=4))
    hold(bind_target(ADAPTERS[name], target.path)(case.spec, case.params), case, "step")


LARGE: dict[str, Any] = {"input_size": 10, "hidden_sizes": (128, 256)}


@pytest.mark.parametrize("name", ["tf1_stack", "tf1_bidirectional"])
def test_tf1_lstms_of_128_and_256_units_equal_the_reference(name: str, hold: Hold) -> None:
    """Layers of the sizes of a deep network; their weights are small, so none saturates."""
    target = ADAPTERS[name].targets[0]
    case = make_case(CaseSpec(_spec(target, **LARGE), steps=3, scale=0.25, lengths=(3, 2)))
    hold(bind_target(ADAPTERS[name], target.path)(case.spec, case.params), case, "sequence")


def _multi(inputs: int) -> tuple[Any, list[Any]]:
    """Return the outputs of [cell] * 2 over x (2, 3, inputs) and the variables that it made."""
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    stack = tf.nn.rnn_cell.MultiRNNCell([cell] * 2)
    x = tf.ones((2, 3, inputs), tf.float64)
    outputs, _ = tf.nn.dynamic_rnn(stack, x, dtype=tf.float64)
    return outputs, tf.trainable_variables()


def test_tf1_one_cell_twice_fails_where_sizes_differ() -> None:
    """[cell] * n has weights for the width of x; the second layer's input is another."""
    with tf.Graph().as_default(), pytest.raises(ValueError, match=r"[Ss]hape|[Dd]imension"):
        _multi(2)


def test_tf1_one_cell_twice_shares_its_weights_where_sizes_agree() -> None:
    """[cell] * n then makes the weights of one layer, not of n: a mistake of the catalogue."""
    with tf.Graph().as_default():
        _, variables = _multi(3)
        assert [tuple(v.shape) for v in variables] == [(6, 3), (3,)]


def _rerun(adapter: Adapter, target: Target, call: str, lengths: tuple[int, ...]) -> None:
    case = make_case(CaseSpec(_spec(target), steps=5, batch=4, lengths=lengths))
    step = call.startswith("step")
    x, d_outputs = (case.x[0], case.d_outputs[0]) if step else (case.x, case.d_outputs)
    arrays = flat(x=x, state=case.state, lengths=case.lengths)
    if call.endswith("_vjp"):
        arrays |= flat(d_outputs=d_outputs, d_state=case.d_state)
    layout, name = adapter.layout, target.path.rpartition(".")[2]
    native = layout.arguments(case.spec, call, arrays)
    params, kind = layout.params_out(case.spec, case.params), getattr(tf.nn.rnn_cell, name)
    runner = adapter.make({name: kind}, name, case.spec, params, "float64", "cpu")
    right = runner.call(call, native)
    names: dict[str, Any] = {key.replace(".", "_"): array for key, array in native.items()}
    names |= {"params": params, name: kind}
    exec("\n".join(layout.rerun(case.spec, call, name, list(native))), names)
    for key, array in right.items():
        assert np.allclose(names[key.replace(".", "_")], array, rtol=0, atol=1e-12), key


@pytest.mark.parametrize("call", ["sequence", "sequence_vjp"])
@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_tf1_network_rerun_lines_reproduce_the_call(
    adapter: Adapter, target: Target, call: str
) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    dense = adapter.name == "tf1_dense"
    _rerun(adapter, target, call, () if dense else (1, 5, 0, 4))


@pytest.mark.parametrize("call", ["step", "step_vjp"])
@pytest.mark.parametrize("name", ["tf1_stack", "tf1_joined"])
def test_tf1_network_rerun_lines_reproduce_a_step(name: str, call: str) -> None:
    """The same of one step."""
    _rerun(ADAPTERS[name], ADAPTERS[name].targets[0], call, ())

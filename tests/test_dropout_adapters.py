"""The frameworks' own dropout: weights of a training graph in one without, lines that rerun a call."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base_local import bind_target
from rnncheck.grading.opened import spec_of
from rnncheck.protocol.names import flat
from rnncheck.protocol.spec import Dropout, Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.sizes import usual
from tests.judging import home

SEED = {"seed": np.array(9)}
ADAPTERS = ("torch_dropout", "keras_dropout", "keras_between", "tf1_dropout")
TARGETS = [
    pytest.param(adapter, target, id=f"{adapter.name}-{target.name}", marks=home(adapter.world))
    for adapter in map(adapters.load, ADAPTERS)
    for target in adapter.targets
]


def case_of(spec: Spec) -> Case:
    """Return a case in the sizes that most checks use."""
    return make_case(CaseSpec(usual(spec)))


def same(got: Any, expected: Any) -> None:
    """Hold two arrays equal to rounding."""
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-12)


def importable(world: str) -> None:
    """Skip where a world's framework is not here, or is another's."""
    module = {"torch": "torch", "keras3": "keras", "tf1": "tf_keras"}[world]
    legacy = os.environ.get("TF_USE_LEGACY_KERAS") == "1"
    if legacy != (world == "tf1") and world != "torch":
        pytest.skip("the worlds tf1 and keras3 need a process each (tox)")
    pytest.importorskip(module, reason=f"{module} is not installed")


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_rerun_lines_reproduce_a_call_outside_training(adapter: Any, target: Any) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    importable(adapter.world)
    spec = usual(spec_of(target.options))
    case, layout = case_of(spec), adapter.layout
    native = layout.arguments(spec, "sequence", flat(x=case.x, state=case.state))
    params = layout.params_out(spec, case.params)
    right = bind(spec, case.params).sequence(case.x, case.state)["outputs"]
    name, given = target.path.rpartition(".")[2].rpartition(":")[2], list(native)
    names = {key.replace(".", "_"): array for key, array in native.items()}
    kind = bind_target(adapter, target.path).args[1][name]
    names |= {"params": params, name: kind}
    exec("\n".join(layout.rerun(spec, "sequence", name, given)), names)
    outputs = names["outputs"]
    outputs = outputs.detach().numpy() if adapter.world == "torch" else np.asarray(outputs)
    same(outputs if spec.time_major else outputs.swapaxes(0, 1), right)


@pytest.mark.parametrize(("adapter", "target"), [t for t in TARGETS if "torch" in str(t.id)])
def test_rerun_lines_reproduce_a_call_in_training(adapter: Any, target: Any) -> None:
    """With the seed the lines draw the same masks."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    spec = usual(spec_of(target.options))
    case, layout = case_of(spec), adapter.layout
    arrays = flat(x=case.x, state=case.state, dropout=SEED)
    native = layout.arguments(spec, "sequence", arrays)
    right = bind_target(adapter, target.path)(spec, case.params).sequence(
        case.x, case.state, dropout=SEED
    )
    name = target.path.partition(":")[2]
    names = {key.replace(".", "_"): array for key, array in native.items()}
    names |= {"params": layout.params_out(spec, case.params), name: getattr(torch.nn, name)}
    exec("\n".join(layout.rerun(spec, "sequence", name, list(native))), names)
    same(names["outputs"].detach().numpy(), right["outputs"])


@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_a_spec_that_it_cannot_express_has_no_claims(adapter: Any, target: Any) -> None:
    """No dropout at all, or one of another kind, is not silently left out."""
    spec = spec_of(target.options)
    others = (Dropout(), Dropout(0.5, 0.5, 0.5, 0.5), Dropout(output_keep=0.5, draw="gate"))
    assert not [d for d in others if adapter.claims(spec.with_(dropout=d))]


def restored(spec: Spec) -> tuple[Case, np.ndarray[Any, Any]]:
    """Return a case, and what a network with its weights and without dropout gives out."""
    case = case_of(spec)
    plain = spec.with_(dropout=Dropout())
    return case, bind(plain, case.params).sequence(case.x, case.state)["outputs"]


@home("torch")
def test_torch_weights_of_a_training_module_in_one_without_dropout() -> None:
    """state_dict of a layer that has just trained, loaded into a layer without dropout."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    adapter = adapters.load("torch_dropout")
    target = adapter.targets[1]
    case, right = restored(usual(spec_of(target.options)))
    bound: Any = bind_target(adapter, target.path)(case.spec, case.params)
    bound.sequence(case.x, case.state, dropout=SEED)
    trained = bound._runner.module
    assert trained.training
    plain = torch.nn.LSTM(3, 5, num_layers=2).double()
    plain.load_state_dict(trained.state_dict(), strict=True)
    assert case.state is not None
    state = tuple(
        torch.tensor(np.stack([case.state[f"l{layer}.{part}"] for layer in (0, 1)]))
        for part in "hc"
    )
    same(plain(torch.tensor(case.x), state)[0].detach().numpy(), right)


@home("keras3")
def test_keras_weights_of_a_training_layer_in_one_without_dropout() -> None:
    """get_weights of a layer that has just trained, set in a layer without dropout."""
    importable("keras3")
    import keras

    adapter = adapters.load("keras_dropout")
    target = adapter.targets[2]
    case, right = restored(usual(spec_of(target.options)))
    bound: Any = bind_target(adapter, target.path)(case.spec, case.params)
    bound.sequence(case.x, case.state, dropout=SEED)
    plain = keras.layers.LSTM(5, return_sequences=True, dtype="float64")
    plain.build((None, None, 3))
    plain.set_weights(bound._runner.built.get_weights())
    assert case.state is not None
    x, state = case.x.swapaxes(0, 1), [case.state["h"], case.state["c"]]
    same(np.asarray(plain(x, initial_state=state)).swapaxes(0, 1), right)


@home("tf1")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_tf1_weights_of_a_training_graph_in_one_without_dropout(tmp_path: Any) -> None:
    """A Saver writes the variables of a wrapped cell; they are restored into the bare cell."""
    importable("tf1")
    import tensorflow.compat.v1 as tf

    spec = Spec("lstm", 3, (5,), biases="single", forget_bias=1.0, dropout=Dropout(0.5, 0.5, 0.5))
    case, right = restored(spec)
    assert case.state is not None
    native = adapters.load("tf1_cell").layout.params_out(spec, case.params)
    start = tf.nn.rnn_cell.LSTMStateTuple(case.state["c"], case.state["h"])
    dropped = right
    for training in (True, False):
        with tf.Graph().as_default(), tf.Session() as session:
            cell: Any = tf.nn.rnn_cell.LSTMCell(5)
            if training:
                keeps = {f"{kind}_keep_prob": 0.5 for kind in ("input", "output", "state")}
                cell = tf.nn.rnn_cell.DropoutWrapper(cell, seed=1, **keeps)
            words = {"initial_state": start, "time_major": True}
            outputs, _ = tf.nn.dynamic_rnn(cell, tf.constant(case.x), **words)
            saver = tf.train.Saver()
            if training:
                session.run(tf.global_variables_initializer())
                for variable, value in zip(tf.trainable_variables(), native.values(), strict=True):
                    variable.load(value, session)
                dropped = session.run(outputs)
                saver.save(session, str(tmp_path / "weights"))
            else:
                saver.restore(session, str(tmp_path / "weights"))
                same(session.run(outputs), right)
    assert not np.allclose(dropped, right)

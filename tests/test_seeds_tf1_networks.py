"""The calls that the seed tutorials make on several cells, in a TF1 graph and session."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from tests.reference_cases import make, same
from tests.seeds_tf1 import (
    BACKWARD,
    ELMAN,
    FORWARD,
    GRU,
    LSTM,
    OLD_CALLS,
    cells,
    graph,
    hold,
    load,
    native,
    parts,
    tf,
    whole,
)

pytestmark = OLD_CALLS

LENGTHS = np.array([3, 0, 4, 2, 1])
STACKS: dict[str, tuple[dict[str, Any], tuple[int, ...], Any]] = {
    "three BasicRNNCell": (ELMAN, (3, 3, 3), lambda size: cells.BasicRNNCell(num_units=size)),
    "LSTMCell of two sizes": (LSTM, (3, 6), lambda size: cells.LSTMCell(size)),
    "GRUCell that keep all": (
        GRU,
        (3, 2),
        lambda size: cells.DropoutWrapper(
            cells.GRUCell(size, reuse=tf.AUTO_REUSE), output_keep_prob=1
        ),
    ),
}


@pytest.mark.parametrize("kind", STACKS)
def test_seeds_deep_network_equals_the_reference(kind: str) -> None:
    """MultiRNNCell: a state for each layer, weights shared in time and not between layers."""
    options, sizes, cell = STACKS[kind]
    spec = Spec(input_size=4, hidden_sizes=sizes, **options)

    def build(x: Any, state: Any) -> Any:
        deep = cells.MultiRNNCell([cell(size) for size in sizes])
        words = {"initial_state": whole(spec, state), "time_major": True}
        outputs, new = tf.nn.dynamic_rnn(deep, x, **words)
        return outputs, parts(spec, new)

    hold(make(spec, steps=4, batch=5), build)


def test_seeds_deep_lstm_of_128_and_256_has_the_printed_shapes() -> None:
    """Outputs (B, T, 256), and an LSTMStateTuple for each layer of its own size."""
    spec = Spec(input_size=7, hidden_sizes=(128, 256), **LSTM)
    given = make(spec, steps=3, batch=2, scale=0.125)
    with graph() as session:
        deep = cells.MultiRNNCell([cells.LSTMCell(size) for size in [128, 256]])
        x = tf.constant(given.x.transpose(1, 0, 2))  # (B, T, D)
        outputs, state = tf.nn.dynamic_rnn(cell=deep, inputs=x, dtype=tf.float64)
        assert outputs.shape == (2, 3, 256)
        assert [type(layer) for layer in state] == [cells.LSTMStateTuple] * 2
        assert [layer.c.shape for layer in state] == [(2, 128), (2, 256)]
        load(session, native(spec, given.params))
        got, last = session.run([tf.transpose(outputs, [1, 0, 2]), parts(spec, state)])
    right = bind(spec, given.params).sequence(given.x)
    states = {k: right[f"state.{k}"] for k in last}
    same({"y": got} | last, {"y": right["outputs"]} | states, FORWARD)


@pytest.mark.parametrize("kind", ["LSTMCell", "GRUCell"])
def test_seeds_two_layers_of_100_have_the_printed_shapes(kind: str) -> None:
    """[6, 5, 100] to two layers of 100, from zero_state and from a state drawn by hand."""
    with graph():
        x = tf.random_normal([6, 5, 100])
        deep = cells.MultiRNNCell(
            [
                cells.DropoutWrapper(
                    getattr(cells, kind)(100, reuse=tf.AUTO_REUSE), output_keep_prob=1
                )
                for _ in range(2)
            ]
        )
        drawn = [cells.LSTMStateTuple(*(tf.random_normal([5, 100]) for _ in "ch")) for _ in "12"]
        hand = tuple(drawn if kind == "LSTMCell" else (layer.h for layer in drawn))
        for start in (deep.zero_state(5, tf.float32), hand):
            outputs, state = tf.nn.dynamic_rnn(deep, x, initial_state=start, time_major=True)
            assert outputs.shape == (6, 5, 100)
            for layer in state:
                each = (layer.c, layer.h) if kind == "LSTMCell" else (layer,)
                assert all(part.shape == (5, 100) for part in each)
        assert len(tf.trainable_variables()) == (4 if kind == "LSTMCell" else 8)


def test_seeds_same_cell_in_each_layer_shares_its_weights() -> None:
    """[cell] * n has one kernel: the numbers of a network whose layers are all alike."""
    spec = Spec(input_size=3, hidden_sizes=(3, 3), **ELMAN)
    given = make(spec, steps=4, batch=5)
    shared = {k: given.params[k.replace("l1.", "l0.")] for k in given.params}
    outputs: list[Any] = []
    for params, same_cell in ((given.params, False), (shared, True)):
        with graph() as session:
            cell = cells.BasicRNNCell(3)
            layers = [cell] * 2 if same_cell else [cell, cells.BasicRNNCell(3)]
            x, words = tf.constant(given.x), {"dtype": tf.float64, "time_major": True}
            got, _ = tf.nn.dynamic_rnn(cells.MultiRNNCell(layers), x, **words)
            assert len(tf.trainable_variables()) == (2 if same_cell else 4)
            load(session, native(spec, params)[: 2 if same_cell else 4])
            outputs.append(session.run(got))
        right = bind(spec, params).sequence(given.x)["outputs"]
        same({"outputs": outputs[-1]}, {"outputs": right}, FORWARD)
    assert np.abs(outputs[0] - outputs[1]).max() > 0.1


def test_seeds_same_cell_in_each_layer_fails_where_the_sizes_differ() -> None:
    """[cell] * n, and the input is not as wide as the state: the kernel does not fit."""
    with graph():
        deep, x = cells.MultiRNNCell([cells.BasicRNNCell(3)] * 2), tf.zeros([4, 5, 2])
        with pytest.raises(ValueError, match="Dimensions must be equal, but are 6 and 5"):
            tf.nn.dynamic_rnn(deep, x, dtype=tf.float32)


@pytest.mark.parametrize("sizes", [[3], [3, 2]])
def test_seeds_dense_layer_after_each_step_equals_the_reference(sizes: list[int]) -> None:
    """Reshape to (T B, H), dense, reshape back."""
    spec = Spec(input_size=3, hidden_sizes=tuple(sizes), output_size=2, **ELMAN)

    def build(x: Any, state: Any) -> Any:
        cell = cells.MultiRNNCell([cells.BasicRNNCell(size) for size in sizes])
        start = whole(spec, state) if len(sizes) > 1 else (state["h"],)
        h, new = tf.nn.dynamic_rnn(cell, x, initial_state=start, time_major=True)
        rows = tf.reshape(h, [-1, sizes[-1]])  # (T B, H)
        outputs = tf.reshape(tf.layers.dense(rows, 2), [4, -1, 2])
        return outputs, parts(spec, new if len(sizes) > 1 else new[0])

    hold(make(spec, steps=4, batch=5), build)


def test_seeds_output_projection_wrapper_is_gone() -> None:
    """TensorFlow 2 has no tf.contrib and no OutputProjectionWrapper: reshape, dense, reshape."""
    assert not hasattr(tf, "contrib")
    assert not hasattr(cells, "OutputProjectionWrapper")


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["all steps", "lengths"])
@pytest.mark.parametrize("options", [ELMAN, LSTM], ids=["BasicRNNCell", "LSTMCell"])
def test_seeds_both_directions_equal_the_reference(options: dict[str, Any], lengths: Any) -> None:
    """Outputs side by side, a state for each direction, rows turned round within their length."""
    spec = Spec(input_size=2, hidden_sizes=(3,), directions=("forward", "reverse"), **options)
    kind = cells.BasicRNNCell if options is ELMAN else cells.LSTMCell

    def build(x: Any, state: Any) -> Any:
        onward, back = whole(spec, state)
        outputs, new = tf.nn.bidirectional_dynamic_rnn(
            *(kind(3), kind(3), x, lengths, onward, back), time_major=True
        )
        assert [one.shape for one in outputs] == [(4, 5, 3)] * 2
        return tf.concat(outputs, 2), parts(spec, new)

    hold(make(spec, steps=4, batch=5), build, lengths=lengths)


def test_seeds_devices_change_no_number() -> None:
    """A layer on each of two logical CPUs, against both on one: values and gradients."""
    spec = Spec(input_size=2, hidden_sizes=(3, 4), **ELMAN)
    given = make(spec, steps=4, batch=5)
    seen = []
    for places in (("/CPU:0", "/CPU:0"), ("/CPU:0", "/CPU:1")):
        with graph() as session:
            layers = [
                cells.DeviceWrapper(cells.BasicRNNCell(size), place)
                for size, place in zip(spec.hidden_sizes, places, strict=True)
            ]
            x, words = tf.constant(given.x), {"dtype": tf.float64, "time_major": True}
            outputs, _ = tf.nn.dynamic_rnn(cells.MultiRNNCell(layers), x, **words)
            gradients = tf.gradients(outputs, [x, *tf.trainable_variables()])
            load(session, native(spec, given.params))
            options = tf.RunOptions(trace_level=tf.RunOptions.SOFTWARE_TRACE)
            record = tf.RunMetadata()
            seen.append(session.run([outputs, *gradients], None, options, record))
            used = {d.device[-5:] for d in record.step_stats.dev_stats if "CPU" in d.device}
            assert used == {place[1:] for place in places}
    assert all(np.array_equal(one, other) for one, other in zip(*seen, strict=True))
    ones, zeros = np.ones((4, 5, 4)), {k: np.zeros_like(a) for k, a in given.state.items()}
    bound = bind(spec, given.params)
    same({"y": seen[0][0]}, {"y": bound.sequence(given.x)["outputs"]}, FORWARD)
    d_x = bound.sequence_vjp(given.x, None, ones, zeros)["d.x"]
    same({"x": seen[0][1]}, {"x": d_x}, BACKWARD)

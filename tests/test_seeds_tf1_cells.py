"""The calls that the seed tutorials make on one cell, in a TF1 graph and session."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from tests.reference_cases import make, same
from tests.seeds_tf1 import (
    ELMAN,
    FORWARD,
    GRU,
    LSTM,
    OLD_CALLS,
    Build,
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

# The options of the reference beside the constructor that the seeds call.
KINDS: dict[str, tuple[dict[str, Any], Any]] = {
    "BasicRNNCell": (ELMAN, lambda: cells.BasicRNNCell(3)),
    "BasicLSTMCell": (LSTM, lambda: cells.BasicLSTMCell(3, forget_bias=1.0)),
    "no forget bias": (LSTM | {"forget_bias": 0.0}, lambda: cells.BasicLSTMCell(3, 0.0)),
    "LSTMCell": (LSTM, lambda: cells.LSTMCell(3)),
    "peepholes": (LSTM | {"peepholes": True}, lambda: cells.LSTMCell(3, use_peepholes=True)),
    "cell_clip": (LSTM | {"cell_clip": 0.75}, lambda: cells.LSTMCell(3, cell_clip=0.75)),
    "num_proj": (LSTM | {"projection": 4}, lambda: cells.LSTMCell(3, num_proj=4)),
    "GRUCell": (GRU, lambda: cells.GRUCell(3)),
}
LOOPS = ("manual", "static", "dynamic", "dynamic, batch first")
LENGTHS = np.array([3, 0, 4, 2, 1])


def _loop(loop: str, kind: str, spec: Spec, lengths: Any = None) -> Build:
    """Return what runs a cell over time in one of the LOOPS."""

    def manual(cell: Any, x: Any, start: Any) -> Any:
        state = cell.zero_state(x.shape[1], tf.float64) if start is None else start
        outputs = []
        for t in range(x.shape[0]):
            if t > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(x[t], state)
            outputs.append(output)
        return tf.stack(outputs), state

    def static(cell: Any, x: Any, start: Any) -> Any:
        words = {"initial_state": start, "dtype": tf.float64, "sequence_length": lengths}
        outputs, state = tf.nn.static_rnn(cell, tf.unstack(x), **words)
        return tf.stack(outputs), state

    def dynamic(cell: Any, x: Any, start: Any) -> Any:
        first = loop.endswith("batch first")
        words = {"initial_state": start, "dtype": tf.float64, "sequence_length": lengths}
        given = tf.transpose(x, [1, 0, 2]) if first else x
        outputs, state = tf.nn.dynamic_rnn(cell, given, time_major=not first, **words)
        return (tf.transpose(outputs, [1, 0, 2]) if first else outputs), state

    run = {"manual": manual, "static": static}.get(loop, dynamic)

    def build(x: Any, state: Any) -> Any:
        outputs, new = run(KINDS[kind][1](), x, whole(spec, state))
        return outputs, parts(spec, new)

    return build


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", KINDS)
def test_seeds_cell_in_each_loop_equals_the_reference(kind: str, loop: str) -> None:
    """The loop by hand, static_rnn, dynamic_rnn with either axis first."""
    options = KINDS[kind][0]
    spec = Spec(input_size=2, hidden_sizes=(3,), **options)
    hold(make(spec, steps=4, batch=5), _loop(loop, kind, spec))


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("kind", ["BasicRNNCell", "BasicLSTMCell", "GRUCell"])
def test_seeds_zero_state_equals_the_reference(kind: str, loop: str) -> None:
    """zero_state of a cell by hand, and no initial_state in the loops."""
    options = KINDS[kind][0]
    spec = Spec(input_size=2, hidden_sizes=(3,), **options)
    hold(make(spec, steps=4, batch=5), _loop(loop, kind, spec), zero_state=True)


@pytest.mark.parametrize("loop", LOOPS[1:])
@pytest.mark.parametrize("kind", ["BasicRNNCell", "peepholes", "GRUCell"])
def test_seeds_sequence_length_equals_the_reference(kind: str, loop: str) -> None:
    """Zero outputs past the end, the state of the last valid step, length 0 keeps the state."""
    options = KINDS[kind][0]
    spec = Spec(input_size=2, hidden_sizes=(3,), **options)
    given = make(spec, steps=4, batch=5)
    hold(given, _loop(loop, kind, spec, LENGTHS), lengths=LENGTHS)


def test_seeds_manual_loop_has_the_printed_shapes() -> None:
    """BasicRNNCell(200) on [6, 5, 100]: six outputs, a state of (5, 200), one kernel and bias."""
    spec = Spec(input_size=100, hidden_sizes=(200,), **ELMAN)
    given = make(spec, steps=6, batch=5, scale=0.125)
    with graph() as session:
        cell, x = cells.BasicRNNCell(200), tf.constant(given.x)
        state = start = cell.zero_state(5, tf.float64)
        outputs = []
        for t in range(6):
            if t > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(x[t], state)
            outputs.append(output)
        out, final = tf.nn.dynamic_rnn(cell, x, initial_state=start, time_major=True)
        assert (len(outputs), state.shape, final.shape) == (6, (5, 200), (5, 200))
        assert out.shape == (6, 5, 200)
        assert [v.shape for v in tf.trainable_variables()] == [(300, 200), (200,)]
        load(session, native(spec, given.params))
        by_hand, last, by_loop, end = session.run([tf.stack(outputs), state, out, final])
    right = bind(spec, given.params).sequence(given.x)
    for got, state in ((by_hand, last), (by_loop, end)):
        same({"y": got, "h": state}, {"y": right["outputs"], "h": right["state.h"]}, FORWARD)


def test_seeds_swap_memory_changes_no_bit() -> None:
    """The same outputs and gradients of x with and without swap_memory."""
    spec = Spec(input_size=2, hidden_sizes=(3,), **LSTM)
    given = make(spec, steps=4, batch=5)
    seen = []
    for swap in (False, True):
        with graph() as session:
            x = tf.constant(given.x)
            words = {"dtype": tf.float64, "time_major": True, "swap_memory": swap}
            outputs, _ = tf.nn.dynamic_rnn(cells.BasicLSTMCell(3), x, **words)
            gradients = tf.gradients(outputs, x)
            load(session, native(spec, given.params))
            seen.append(session.run([outputs, *gradients]))
    assert all(np.array_equal(one, other) for one, other in zip(*seen, strict=True))


def test_seeds_lstm_forget_bias_is_no_weight() -> None:
    """It is added at run time: the bias that a new cell starts with is zero everywhere."""
    with graph() as session:
        cells.BasicLSTMCell(3)(tf.zeros((4, 2)), cells.BasicLSTMCell(3).zero_state(4, tf.float32))
        session.run(tf.global_variables_initializer())
        kernel, bias = session.run(tf.trainable_variables())
    assert kernel.any()
    assert not bias.any()


def test_seeds_lstm_state_is_c_then_h_and_h_is_the_last_output() -> None:
    """A tuple (c, h): final_state[1] is the last of the unstacked outputs, final_state[0] not."""
    given = make(Spec(input_size=2, hidden_sizes=(3,), **LSTM), steps=4, batch=5)
    with graph() as session:
        cell = cells.BasicLSTMCell(3, forget_bias=1.0, state_is_tuple=True)
        x = tf.constant(given.x.transpose(1, 0, 2))  # (B, T, D)
        start = cell.zero_state(5, dtype=tf.float64)
        outputs, final = tf.nn.dynamic_rnn(cell, x, initial_state=start, time_major=False)
        assert isinstance(final, cells.LSTMStateTuple)
        assert outputs.shape == (5, 4, 3)
        load(session, native(given.spec, given.params))
        last = tf.unstack(tf.transpose(outputs, [1, 0, 2]))[-1]
        last, c, h, by_name = session.run([last, final[0], final[1], final.h])
    assert np.array_equal(last, h)
    assert np.array_equal(by_name, h)
    right = bind(given.spec, given.params).sequence(given.x)
    same({"c": c, "h": h}, {"c": right["state.c"], "h": right["state.h"]}, FORWARD)


def test_seeds_lstm_state_without_tuple_is_c_beside_h() -> None:
    """state_is_tuple=False: one tensor (B, 2 H), c before h, the same numbers."""
    spec = Spec(input_size=2, hidden_sizes=(3,), **LSTM)

    def build(x: Any, state: Any) -> Any:
        cell = cells.BasicLSTMCell(3, state_is_tuple=False)
        start = tf.concat([state["c"], state["h"]], axis=1)
        outputs, new = tf.nn.dynamic_rnn(cell, x, initial_state=start, time_major=True)
        assert new.shape == (5, 6)
        return outputs, parts(spec, tf.split(new, 2, axis=1))

    hold(make(spec, steps=4, batch=5), build)


@pytest.mark.parametrize("kind", ["BasicRNNCell", "GRUCell"])
def test_seeds_state_is_the_last_output(kind: str) -> None:
    """Of a cell with one state, bit for bit."""
    with graph() as session:
        x = tf.random_normal([5, 4, 2], seed=1)
        words = {"dtype": tf.float32, "time_major": True}
        outputs, state = tf.nn.dynamic_rnn(KINDS[kind][1](), x, **words)
        session.run(tf.global_variables_initializer())
        last, final = session.run([outputs[-1], state])
    assert last.any()
    assert np.array_equal(last, final)

"""What the seed tutorials train with, in a TF1 graph and session: losses, clipping, one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.names import group
from rnncheck.protocol.spec import Spec
from rnncheck.reference import clipping, dense, embedding, losses
from rnncheck.reference.implementation import bind
from rnncheck.reference.optimisers import Adam, Sgd
from rnncheck.reference.reduction import Reduction
from tests.reference_cases import Drawn, Numbers, make, same
from tests.seeds_tf1 import (
    BACKWARD,
    ELMAN,
    FORWARD,
    GRU,
    LSTM,
    OLD_CALLS,
    cells,
    graph,
    load,
    native,
    numbered,
    tf,
)

pytestmark = OLD_CALLS

CLASSES = np.array([1, 0, 3, 2, 3])
LAST = Reduction("last", normalise="mean")
MAJOR: dict[str, Any] = {"dtype": "float64", "time_major": True}
Losses = tuple[Numbers, list[Numbers]]


def _classifier() -> Drawn:
    return make(Spec(input_size=3, hidden_sizes=(6,), output_size=4, **LSTM), steps=4, batch=5)


def _classify(given: Drawn) -> tuple[Any, Any]:
    """Build an LSTM and logits of its last h, and return the loss and the right rows' share."""
    cell, x = cells.BasicLSTMCell(6), tf.constant(given.x.transpose(1, 0, 2))  # (B, T, D)
    start = cell.zero_state(5, dtype=tf.float64)
    _, final = tf.nn.dynamic_rnn(cell, x, initial_state=start, time_major=False)
    weight = tf.Variable(tf.zeros([6, 4], tf.float64))
    bias = tf.Variable(tf.constant(0.1, tf.float64, [4]))
    logits = tf.matmul(final[1], weight) + bias
    labels = tf.one_hot(CLASSES, 4, dtype=tf.float64)
    each = tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=labels)
    right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
    return tf.reduce_mean(each), tf.reduce_mean(tf.cast(right, tf.float64))


def _by_reference(given: Drawn, kind: str, reduction: Reduction, targets: Numbers) -> Losses:
    """Return the loss of a run from zeros, and its gradients in the order of TF1's variables."""
    bound = bind(given.spec, given.params)
    outputs = bound.sequence(given.x)["outputs"]
    d_outputs = losses.backward(kind, reduction, outputs, targets)
    zeros = {part: np.zeros_like(a) for part, a in given.state.items()}
    grads = bound.sequence_vjp(given.x, None, d_outputs, zeros)
    loss = losses.forward(kind, reduction, outputs, targets)
    return loss, native(given.spec, group(grads, "d"))


def test_seeds_classifier_equals_the_reference() -> None:
    """Softmax cross-entropy of the last output: the loss, its gradients, the right rows' share."""
    given = _classifier()
    targets = np.broadcast_to(CLASSES, (4, 5))  # (T, B); the last step counts
    loss, grads = _by_reference(given, "cross_entropy", LAST, targets)
    with graph() as session:
        theirs, share = _classify(given)
        found = tf.gradients(theirs, tf.trainable_variables())
        load(session, native(given.spec, given.params))
        got, portion, found = session.run([theirs, share, found])
    same({"loss": np.asarray(got)}, {"loss": loss}, FORWARD)
    same(numbered(found), numbered(grads), BACKWARD)
    logits = bind(given.spec, given.params).sequence(given.x)["outputs"][-1]
    assert portion == (logits.argmax(axis=1) == CLASSES).mean()


# TensorFlow 1 holds these numbers in float32, also where it trains in float64.
RATE, BETA1, BETA2, EPSILON = (float(np.float32(n)) for n in (0.001, 0.9, 0.999, 1e-8))
OPTIMISERS: dict[str, tuple[Any, Sgd | Adam]] = {
    "GradientDescentOptimizer": (lambda: tf.train.GradientDescentOptimizer(0.125), Sgd(0.125)),
    "AdamOptimizer": (
        lambda: tf.train.AdamOptimizer(0.001),
        Adam(RATE, BETA1, BETA2, EPSILON, "hat"),
    ),
}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_seeds_one_training_step_equals_the_reference(name: str) -> None:
    """minimize(cost) moves every weight as one step of the reference's optimiser does."""
    given = _classifier()
    make_optimiser, ours = OPTIMISERS[name]
    targets = np.broadcast_to(CLASSES, (4, 5))
    _, grads = _by_reference(given, "cross_entropy", LAST, targets)
    before = numbered(native(given.spec, given.params))
    after, _ = ours.step(before, numbered(grads), ours.start(before))
    with graph() as session:
        step = make_optimiser().minimize(_classify(given)[0])
        load(session, before.values())
        session.run(step)
        got = session.run(tf.trainable_variables())
    moved = {n: a - before[n] for n, a in numbered(got).items()}
    right = {n: a - before[n] for n, a in after.items()}
    same(moved, right, BACKWARD)


def test_seeds_mean_squared_error_equals_the_reference() -> None:
    """Reshape, dense, reshape; reduce_mean(square(outputs - y)): the loss and its gradients."""
    spec = Spec(input_size=3, hidden_sizes=(6,), output_size=2, **ELMAN)
    given = make(spec, steps=4, batch=5)
    targets = given.d_outputs
    loss, grads = _by_reference(given, "squared_error", Reduction(normalise="mean"), targets)
    with graph() as session:
        h, _ = tf.nn.dynamic_rnn(cells.BasicRNNCell(6), tf.constant(given.x), **MAJOR)
        rows = tf.layers.dense(tf.reshape(h, [-1, 6]), 2)  # (T B, O)
        theirs = tf.reduce_mean(tf.square(tf.reshape(rows, [4, -1, 2]) - targets))
        found = tf.gradients(theirs, tf.trainable_variables())
        load(session, native(spec, given.params))
        got, found = session.run([theirs, found])
    same({"loss": np.asarray(got)}, {"loss": loss}, FORWARD)
    same(numbered(found), numbered(grads), BACKWARD)


def test_seeds_layer_before_the_cell_equals_the_reference() -> None:
    """Reshape, matmul, reshape of the inputs, batch first, then an LSTM from its zero state."""
    spec = Spec(input_size=3, hidden_sizes=(6,), **LSTM)
    first = Spec(input_size=2, hidden_sizes=(2,), output_size=3, **ELMAN)  # its dense layer
    given, before = make(spec, steps=4, batch=5), make(first, steps=4, batch=5, seed=5)
    layer = {name: before.params[name] for name in ("weight_ho", "bias_o")}
    raw = before.x  # (T, B, 2)
    with graph() as session:
        weight = tf.Variable(tf.zeros([2, 3], tf.float64))
        bias = tf.Variable(tf.constant(0.1, tf.float64, [3]))
        rows = tf.matmul(tf.reshape(tf.constant(raw.transpose(1, 0, 2)), [-1, 2]), weight) + bias
        x, cell = tf.reshape(rows, [-1, 4, 3]), cells.BasicLSTMCell(6)  # (B, T, D)
        start = cell.zero_state(5, dtype=tf.float64)
        outputs, _ = tf.nn.dynamic_rnn(cell, x, initial_state=start, time_major=False)
        upstream = tf.constant(given.d_outputs.transpose(1, 0, 2))
        found = tf.gradients(outputs, [weight, bias], upstream)
        load(session, [layer["weight_ho"].T, layer["bias_o"], *native(spec, given.params)])
        got, (d_weight, d_bias) = session.run([outputs, found])
    bound, (x, trace) = bind(spec, given.params), dense.forward(first, layer, raw)
    right = bound.sequence(x)["outputs"].transpose(1, 0, 2)
    zeros = {part: np.zeros_like(a) for part, a in given.state.items()}
    d_x = bound.sequence_vjp(x, None, given.d_outputs, zeros)["d.x"]
    grads, _ = dense.backward(first, layer, raw, trace["o_in"], d_x)
    same({"outputs": got}, {"outputs": right}, FORWARD)
    same({"weight_ho": d_weight.T, "bias_o": d_bias}, grads, BACKWARD)


def test_seeds_embedding_lookup_equals_the_reference() -> None:
    """Words through a table into a GRU: gradients of a word that comes twice add up."""
    spec = Spec(input_size=3, hidden_sizes=(2,), **GRU)
    given = make(spec, steps=4, batch=5)
    table = make(spec, steps=7, batch=1, seed=5).x[:, 0]  # (V, D)
    words = np.array([[1, 4, 1, 0, 6], [2, 2, 1, 0, 6], [3, 0, 1, 0, 6], [1, 4, 0, 3, 6]])
    with graph() as session:
        ours = tf.Variable(np.zeros_like(table))
        x = tf.nn.embedding_lookup(ours, words)
        assert x.shape == (4, 5, 3)
        outputs, _ = tf.nn.dynamic_rnn(cells.GRUCell(2), x, **MAJOR)
        found = tf.gradients(outputs, ours, tf.constant(given.d_outputs))
        assert isinstance(found[0], tf.IndexedSlices)
        load(session, [table, *native(spec, given.params)])
        got, d_table = session.run([outputs, tf.convert_to_tensor(found[0])])
    bound, rows = bind(spec, given.params), embedding.forward(table, words)
    same({"outputs": got}, {"outputs": bound.sequence(rows)["outputs"]}, FORWARD)
    zeros = {part: np.zeros_like(a) for part, a in given.state.items()}
    d_x = bound.sequence_vjp(rows, None, given.d_outputs, zeros)["d.x"]
    same({"table": d_table}, {"table": embedding.backward(table, words, d_x)}, BACKWARD)
    assert d_table[6].any()
    assert not d_table[5].any()


@pytest.mark.parametrize("limit", [0.25, 1e6])
def test_seeds_clip_by_global_norm_equals_the_reference(limit: float) -> None:
    """Gradients of an Elman network, clipped and not, applied by gradient descent."""
    spec = Spec(input_size=3, hidden_sizes=(2,), **ELMAN)
    given = make(spec, steps=4, batch=5)
    with graph() as session:
        x = tf.constant(given.x)
        outputs, _ = tf.nn.dynamic_rnn(cells.BasicRNNCell(2), x, **MAJOR)
        variables = tf.trainable_variables()
        found = tf.gradients(outputs, variables, tf.constant(given.d_outputs))
        clipped, norm = tf.clip_by_global_norm(found, limit)
        pairs = zip(clipped, variables, strict=True)
        step = tf.train.GradientDescentOptimizer(0.125).apply_gradients(pairs)
        before = numbered(native(spec, given.params))
        load(session, before.values())
        got, size = session.run([clipped, norm])
        session.run(step)
        after = session.run(variables)
    zeros = {part: np.zeros_like(a) for part, a in given.state.items()}
    grads = bind(spec, given.params).sequence_vjp(given.x, None, given.d_outputs, zeros)
    whole = numbered(native(spec, group(grads, "d")))
    right, length = clipping.by_global_norm(whole, limit)
    assert (length > limit) == (limit < 1)
    same(numbered(got) | {"norm": np.asarray(size)}, right | {"norm": length}, BACKWARD)
    same(numbered(after), Sgd(0.125).step(before, right, {})[0], BACKWARD)


def test_seeds_weights_of_a_training_graph_work_in_one_without_dropout(tmp_path: Path) -> None:
    """Saved from a graph with DropoutWrapper, restored into one without: the reference's numbers.

    The names of the variables are the same in both, and nothing is dropped in the second.
    """
    given = make(Spec(input_size=3, hidden_sizes=(6, 2), **ELMAN), steps=4, batch=5)
    right = bind(given.spec, given.params).sequence(given.x)["outputs"]
    path, seen = str(tmp_path / "model.ckpt"), []
    for training in (True, False):
        with graph() as session:
            layers = [cells.BasicRNNCell(num_units=size) for size in given.spec.hidden_sizes]
            if training:
                layers = [cells.DropoutWrapper(c, input_keep_prob=0.5, seed=1) for c in layers]
            deep = cells.MultiRNNCell(layers)
            outputs, _ = tf.nn.dynamic_rnn(deep, tf.constant(given.x), **MAJOR)
            saver = tf.train.Saver()
            if training:
                load(session, native(given.spec, given.params))
                saver.save(session, path)
            else:
                saver.restore(session, path)
            seen.append(session.run(outputs))
    assert np.abs(seen[0] - right).max() > 0.1
    same({"outputs": seen[1]}, {"outputs": right}, FORWARD)

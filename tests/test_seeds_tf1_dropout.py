"""DropoutWrapper as the seed tutorials use it, under masks read off by seed, in a TF1 graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.spec import Dropout, Spec
from tests.reference_cases import make
from tests.seeds_tf1 import (
    ELMAN,
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

STEPS, BATCH, SEED = 4, 5, 3
# One iteration of the loop at a time: else the draws may change places.
LOOP: dict[str, Any] = {"dtype": "float64", "time_major": True, "parallel_iterations": 1}
KEEPS: dict[str, dict[str, float]] = {
    "input": {"input_keep": 0.5},
    "output": {"output_keep": 0.75},
    "state": {"state_keep": 0.5},
    "all": {"input_keep": 0.5, "output_keep": 0.75, "state_keep": 0.625},
}
KINDS: dict[str, tuple[dict[str, Any], Any]] = {
    "BasicRNNCell": (ELMAN, lambda: cells.BasicRNNCell(3)),
    "LSTMCell": (LSTM, lambda: cells.LSTMCell(3)),
    "GRUCell": (GRU, lambda: cells.GRUCell(3)),
}


class _Shows(cells.RNNCell):  # type: ignore[misc]  # TensorFlow is not looked at
    """Makes ones, and gives out what DropoutWrapper makes of its input, its output or its h."""

    def __init__(self, what: str, spec: Spec) -> None:
        super().__init__()
        units, self._what = spec.hidden_sizes[0], what
        lstm = spec.cell == "lstm"
        self._size = cells.LSTMStateTuple(units, units) if lstm else units
        self._width = spec.input_size if what == "input" else units

    @property
    def state_size(self) -> Any:
        return self._size

    @property
    def output_size(self) -> int:
        return self._width

    def call(self, inputs: Any, state: Any) -> Any:
        ones = tf.ones([BATCH, state[1].shape[-1] if isinstance(state, tuple) else 3], tf.float64)
        new = cells.LSTMStateTuple(ones, ones) if isinstance(state, tuple) else ones
        h = state[1] if isinstance(state, tuple) else state
        return {"input": inputs, "output": ones, "state": h}[self._what], new


def _wrapped(cell: Any, spec: Spec, only: str = "") -> Any:
    """Wrap a cell in the dropout of a spec, with the masks' seed; `only` one of its kinds."""
    keep, once = spec.dropout, spec.dropout.draw == "once"
    keeps = {"input": keep.input_keep, "output": keep.output_keep, "state": keep.state_keep}
    words: dict[str, Any] = {
        f"{kind}_keep_prob": value for kind, value in keeps.items() if kind == only or not only
    }
    if once:
        words |= {"variational_recurrent": True, "dtype": tf.float64}
        words |= {"input_size": spec.input_size}
    return cells.DropoutWrapper(cell, seed=SEED, **words)


def _masks(spec: Spec, kinds: list[str]) -> dict[str, Any]:
    """Return the tensors of the masks: what wrappers with the same seed make of ones."""
    masks: dict[str, Any] = {}
    for kind in kinds:
        ones = tf.ones([STEPS, BATCH, spec.input_size], tf.float64)
        cell = _wrapped(_Shows(kind, spec), spec, kind)
        with tf.variable_scope(kind):
            shown, final = tf.nn.dynamic_rnn(cell, ones, **LOOP)
        if kind == "state":
            last = final[1] if isinstance(final, tuple) else final
            shown = tf.concat([shown[1:], last[None]], 0)  # the h that goes on from each step
        masks[kind] = shown[0] if spec.dropout.draw == "once" else shown
    return masks


@pytest.mark.parametrize("draw", ["step", "once"])
@pytest.mark.parametrize("keeps", KEEPS.values(), ids=KEEPS)
@pytest.mark.parametrize("kind", KINDS)
def test_seeds_dropout_equals_the_reference(kind: str, keeps: dict[str, float], draw: str) -> None:
    """Inputs, outputs, the state (h and never c), drawn at each step or once; gradients too."""
    options, cell = KINDS[kind]
    spec = Spec(input_size=2, hidden_sizes=(3,), dropout=Dropout(draw=draw, **keeps), **options)
    masks: dict[str, Any] = {}

    def build(x: Any, state: Any) -> Any:
        tf.set_random_seed(1)
        wrapped = _wrapped(cell(), spec)
        outputs, new = tf.nn.dynamic_rnn(wrapped, x, initial_state=whole(spec, state), **LOOP)
        masks.update(_masks(spec, [name.removesuffix("_keep") for name in keeps]))
        return outputs, parts(spec, new)

    hold(make(spec, steps=STEPS, batch=BATCH), build, masks=lambda: masks)


def test_seeds_dropout_is_off_when_all_is_kept() -> None:
    """keep_prob=1 gives the numbers of the bare cell, bit for bit."""
    spec = Spec(input_size=2, hidden_sizes=(3,), **ELMAN)
    given = make(spec, steps=STEPS, batch=BATCH)
    seen = []
    for wrap in (False, True):
        with graph() as session:
            cell = cells.BasicRNNCell(3)
            cell = cells.DropoutWrapper(cell, output_keep_prob=1, seed=SEED) if wrap else cell
            outputs, _ = tf.nn.dynamic_rnn(cell, tf.constant(given.x), **LOOP)
            load(session, native(spec, given.params))
            seen.append(session.run(outputs))
    assert np.array_equal(*seen)


def test_seeds_dropout_between_layers_leaves_the_state_whole() -> None:
    """output_keep_prob drops what the next layer reads; the state that is given back is whole."""
    spec = Spec(input_size=2, hidden_sizes=(100,), **ELMAN)
    given = make(spec, steps=STEPS, batch=3)
    with graph() as session:
        tf.set_random_seed(1)
        cell = cells.DropoutWrapper(cells.BasicRNNCell(100), output_keep_prob=0.5, seed=SEED)
        outputs, state = tf.nn.dynamic_rnn(cell, tf.constant(given.x), **LOOP)
        load(session, native(spec, given.params))
        last, whole_state = session.run([outputs[-1], state])
    assert whole_state.all()
    kept = last != 0
    assert np.array_equal(last[kept], 2 * whole_state[kept])
    # 300 draws at 1/2: outside these bounds less than once in 10^8 seeds (6 standard deviations).
    assert 98 < kept.sum() < 202

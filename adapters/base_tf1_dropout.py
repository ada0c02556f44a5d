"""TF1's DropoutWrapper: a wrapped cell, and the masks of a seed, read off on ones."""

from __future__ import annotations

from typing import Any

from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_tf1_layout import CELLS, activation, options
from rnncheck.protocol.names import input_width, recurrent_size
from rnncheck.protocol.spec import Spec

KINDS = ("input", "output", "state")
ONE_BY_ONE = {"parallel_iterations": 1}  # else the draws of two steps may change places
GRAPH_SEED = 1


def wrap(tf: Any, kind: Any, spec: Spec, seed: int | None) -> Any:
    """Return TF1's own cell of a spec in a wrapper of class `kind`, in training if there is a seed."""
    made = getattr(tf.nn.rnn_cell, CELLS[spec.cell])
    cell = made(spec.hidden_sizes[0], **activation(tf, options(spec)))
    return _wrapped(tf, kind, spec, cell, seed, KINDS)


def masks(tf: Any, kind: Any, spec: Spec, seed: int, x: Any) -> dict[str, Any]:
    """Return the masks that wrappers of class `kind` draw with a seed, as tensors.

    Each is what a wrapper with this one keep probability makes of ones: 1 / keep or 0.
    """
    steps, batch = (tf.shape(x)[0], tf.shape(x)[1])
    if not spec.time_major:
        steps, batch = batch, steps
    found: dict[str, Any] = {}
    for name in KINDS:
        if getattr(spec.dropout, f"{name}_keep") == 1:
            continue
        cell = _wrapped(tf, kind, spec, _shows(tf, name, spec), seed, (name,))
        ones = tf.ones(tf.stack([steps, batch, spec.input_size]), x.dtype)
        ones.set_shape([None, None, spec.input_size])
        with tf.variable_scope(f"mask_{name}"):
            words = {"dtype": x.dtype, "time_major": True, **ONE_BY_ONE}
            shown, final = tf.nn.dynamic_rnn(cell, ones, **words)
        if name == "state":  # the h that goes on from each step
            last = final[1] if isinstance(final, tuple) else final
            shown = tf.concat([shown[1:], last[None]], 0)
        kept = tf.cast(tf.not_equal(shown, 0), x.dtype)  # (T, B, W)
        if spec.dropout.draw == "batch":
            found[f"dropout.{name}"] = kept[0, :1]  # (1, W)
        else:
            found[f"dropout.{name}"] = kept if spec.time_major else tf.transpose(kept, (1, 0, 2))
    return found


def _wrapped(
    tf: Any, kind: Any, spec: Spec, cell: Any, seed: int | None, names: tuple[str, ...]
) -> Any:
    """Wrap a cell, with the keep probabilities of some kinds, or with none outside training."""
    if seed is None:
        return construct(kind, cell)
    keeps = {f"{name}_keep_prob": getattr(spec.dropout, f"{name}_keep") for name in names}
    words: dict[str, Any] = {name: keep for name, keep in keeps.items() if keep < 1}
    if spec.dropout.draw == "batch":
        words |= {"variational_recurrent": True, "input_size": input_width(spec, 0)}
        words["dtype"] = tf.as_dtype(tf.keras.backend.floatx())
    return construct(kind, cell, seed=seed, **words)


def _shows(tf: Any, what: str, spec: Spec) -> Any:
    """Return a cell that makes ones, and gives out what a wrapper makes of one of its tensors."""
    units = recurrent_size(spec)
    joined = tf.nn.rnn_cell.LSTMStateTuple if spec.cell == "lstm" else None

    class Shows(tf.nn.rnn_cell.RNNCell):  # type: ignore[misc]  # TensorFlow is not looked at
        @property
        def state_size(self) -> Any:
            return joined(units, units) if joined else units

        @property
        def output_size(self) -> int:
            return spec.input_size if what == "input" else units

        def call(self, inputs: Any, state: Any) -> Any:
            h = state[1] if joined else state
            ones = tf.ones_like(h)
            new = joined(ones, ones) if joined else ones
            return {"input": inputs, "output": ones, "state": h}[what], new

    return Shows()

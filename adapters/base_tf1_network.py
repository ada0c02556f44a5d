"""What the TF1 adapters share on the worker's side: whole networks in each of TF1's loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnncheck.adapters.base_answers import parts, wrong_answer
from rnncheck.adapters.base_called import called
from rnncheck.adapters.base_parts import Part, cells
from rnncheck.adapters.base_tf1 import as_state, make_cell, results
from rnncheck.adapters.base_tf1_dropout import ONE_BY_ONE
from rnncheck.adapters.base_tf1_layout import state_kinds
from rnncheck.protocol.names import layer_width, recurrent_size
from rnncheck.protocol.spec import Spec

Named = dict[str, Any]
DYNAMIC = {"dynamic": {}, "swapped": {"swap_memory": True}}


@dataclass(frozen=True)
class Form:
    """How a graph is built.

    Attributes:
        loop: "step", "dynamic", "swapped" (dynamic with swap_memory), "static" or "bidirectional".
        state: an initial state is given.
        lengths: lengths are given.
        steps: T of a static loop.
        vjp: gradients are taken.
        joined: an LSTM's state is one tensor [c, h], as state_is_tuple=False asks.
        seed: of the masks of dropout in training, None outside training.
    """

    loop: str
    state: bool
    lengths: bool = False
    steps: int = 0
    vjp: bool = False
    joined: bool = False
    seed: int | None = None


def placeholders(tf: Any, spec: Spec, dtype: str, form: Form) -> Named:
    """Return placeholders of x, the parts of the state and the lengths, where they are given."""
    lead: list[int | None] = [None]
    if form.loop != "step":
        lead = [form.steps or None, None] if spec.time_major else [None, form.steps or None]
    inputs = {"x": tf.placeholder(dtype, [*lead, spec.input_size])}
    for part in cells(spec) if form.state else ():
        widths = {"h": recurrent_size(part.spec), "c": part.spec.hidden_sizes[0]}
        widths["ch"] = sum(widths.values())
        for kind in ["ch"] if form.joined else state_kinds(spec):
            inputs[f"state.{part.name}{kind}"] = tf.placeholder(dtype, [None, widths[kind]])
    if form.lengths:
        inputs["lengths"] = tf.placeholder("int32", [None])
    return inputs


def network(
    tf: Any, kind: Any, spec: Spec, dtype: str, form: Form, inputs: Named
) -> tuple[Named, str]:
    """Run a network of cells in a graph.

    Returns:
        "outputs" and "state.<part>", and the name of the type in which the state came.

    Raises:
        Fault: a cell has another signature, or gave back another form.
    """
    if form.loop == "bidirectional":
        named, container = _both_ways(tf, kind, spec, dtype, inputs)
    else:
        named, container = _one_way(tf, kind, spec, dtype, form, inputs)
    if spec.output_size:
        named["outputs"] = _dense(tf, spec, named["outputs"])
    return named, container


def _one_way(
    tf: Any, kind: Any, spec: Spec, dtype: str, form: Form, inputs: Named
) -> tuple[Named, str]:
    own = [
        make_cell(tf, kind, part.spec, joined=form.joined, seed=form.seed) for part in cells(spec)
    ]
    cell = tf.nn.rnn_cell.MultiRNNCell(own) if len(own) > 1 else own[0]
    states = [_start(tf, part, inputs, form.joined) for part in cells(spec)]
    start = tuple(states) if len(own) > 1 and states[0] is not None else states[0]
    with called(getattr(own[0], "call", own[0]), "cell(inputs, state)", inputs["x"], None):
        answer = _run(tf, cell, spec, dtype, form, inputs, start)
    if len(own) == 1:
        return _named(tf, cells(spec)[0], answer, form.joined), type(answer[1]).__name__
    outputs, new = parts(answer, 2, "(outputs, a state for each layer)")
    named: Named = {}
    for part, state in zip(
        cells(spec), parts(new, len(own), "a state for each layer"), strict=True
    ):
        named |= _named(tf, part, (outputs, state), form.joined)
    return named, type(new).__name__


def _run(tf: Any, cell: Any, spec: Spec, dtype: str, form: Form, inputs: Named, state: Any) -> Any:
    x = inputs["x"]
    if form.loop == "step":
        return cell(x, cell.zero_state(tf.shape(x)[0], dtype) if state is None else state)
    words = {"sequence_length": inputs.get("lengths"), "initial_state": state, "dtype": dtype}
    if form.loop in DYNAMIC:
        words |= DYNAMIC[form.loop] if form.seed is None else ONE_BY_ONE
        return tf.nn.dynamic_rnn(cell, x, time_major=spec.time_major, **words)
    axis = 0 if spec.time_major else 1
    outputs, new = tf.nn.static_rnn(cell, tf.unstack(x, form.steps, axis), **words)
    return tf.stack(outputs, axis), new


def _both_ways(tf: Any, kind: Any, spec: Spec, dtype: str, inputs: Named) -> tuple[Named, str]:
    """Feed each layer with the outputs of both directions of the one before."""
    x, container, ways = inputs["x"], "", cells(spec)
    named: Named = {}
    for layer, (forth, back) in enumerate(zip(ways[::2], ways[1::2], strict=True)):
        forward, backward = (make_cell(tf, kind, part.spec) for part in (forth, back))
        with called(getattr(forward, "call", forward), "cell(inputs, state)", x, None):
            outputs, states = tf.nn.bidirectional_dynamic_rnn(
                forward,
                backward,
                x,
                sequence_length=inputs.get("lengths"),
                initial_state_fw=_start(tf, forth, inputs),
                initial_state_bw=_start(tf, back, inputs),
                dtype=dtype,
                time_major=spec.time_major,
                scope=f"layer{layer}",
            )
        for part, state in zip((forth, back), states, strict=True):
            named |= _named(tf, part, (outputs[0], state))
        x, container = tf.concat(outputs, 2), type(states).__name__  # (., ., 2 H)
    return {**named, "outputs": x}, container


def _start(tf: Any, part: Part, inputs: Named, joined: bool = False) -> Any:
    own = {k.replace(f"state.{part.name}", "state."): t for k, t in inputs.items()}
    return own.get("state.ch") if joined else as_state(tf, part.spec, own)


def _named(tf: Any, part: Part, answer: Any, joined: bool = False) -> Named:
    if joined:
        outputs, state = parts(answer, 2, "(outputs, state)")
        if not tf.is_tensor(outputs) or not tf.is_tensor(state):
            raise wrong_answer(answer, "(outputs, state), tensors; state is [c, h] (B, 2 H)")
        return {"outputs": outputs, "state.ch": state}
    named = results(tf, part.spec, answer)
    return {key.replace("state.", f"state.{part.name}"): t for key, t in named.items()}


def _dense(tf: Any, spec: Spec, outputs: Any) -> Any:
    """Reshape, dense, reshape: (T, B, R) to (T B, R) to (T B, O) to (T, B, O)."""
    width, dtype = layer_width(spec, len(spec.hidden_sizes) - 1), outputs.dtype
    kernel = tf.get_variable("dense/kernel", (width, spec.output_size), dtype)
    bias = tf.get_variable("dense/bias", (spec.output_size,), dtype)
    flat = tf.matmul(tf.reshape(outputs, (-1, width)), kernel) + bias
    if spec.output_activation != "identity":
        flat = getattr(tf.nn, spec.output_activation)(flat)
    return tf.reshape(flat, tf.concat([tf.shape(outputs)[:-1], [spec.output_size]], 0))

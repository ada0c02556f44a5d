"""What the TF1 adapters share on the worker's side: graphs, sessions, gradients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from rnncheck.adapters.base_answers import check_weights, parts, wrong_answer
from rnncheck.adapters.base_called import called, construct
from rnncheck.adapters.base_tf1_layout import options, state_kinds
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec

DETACHED = "the outputs do not depend on the weights in TensorFlow's graph or on its tape: "
DETACHED += "was .numpy(), NumPy or tf.stop_gradient used?"


def import_tf1(dtype: str, device: str) -> Any:
    """Return tensorflow.compat.v1 in the world of Keras 2, with a default dtype.

    Raises:
        Fault: "absent": a package or the device is not there, or this is the world of Keras 3.
    """
    try:
        import tensorflow.compat.v1 as tf
    except ImportError as error:
        hint = 'TensorFlow is not installed: pip install "rnncheck[tensorflow]"'
        raise Fault("absent", hint, str(error)) from error
    try:
        tf.keras.backend.set_floatx(dtype)
    except (AttributeError, ImportError) as error:
        hint = 'pip install "rnncheck[tensorflow]" and start a process with TF_USE_LEGACY_KERAS=1'
        raise Fault("absent", f"there is no Keras 2 in this process: {hint}", str(error)) from error
    if device == "cuda" and not tf.config.list_physical_devices("GPU"):
        raise Fault("absent", "TensorFlow sees no CUDA device here; use the device cpu")
    if device == "cuda":
        tf.config.experimental.enable_tensor_float_32_execution(False)
    return tf


def make_cell(tf: Any, kind: Any, spec: Spec) -> Any:
    """Make a cell with the options that differ from the defaults."""
    chosen = options(spec)
    if "activation" in chosen:
        name = chosen["activation"]
        chosen["activation"] = tf.identity if name == "identity" else getattr(tf.nn, name)
    return construct(kind, spec.hidden_sizes[0], **chosen)


def as_state(tf: Any, spec: Spec, tensors: dict[str, Any]) -> Any:
    """Return the given state as a cell takes it, h or LSTMStateTuple(c, h); None if not given."""
    given = [tensors[f"state.{k}"] for k in state_kinds(spec) if f"state.{k}" in tensors]
    if not given:
        return None
    return tf.nn.rnn_cell.LSTMStateTuple(*given) if spec.cell == "lstm" else given[0]


def results(tf: Any, spec: Spec, answer: Any) -> dict[str, Any]:
    """Return (outputs, new state) by name.

    Raises:
        Fault: it has another form, or a part is no tensor.
    """
    kinds = state_kinds(spec)
    asked = f"(outputs, {'LSTMStateTuple(c, h)' if len(kinds) > 1 else 'h'}), tensors"
    outputs, new = parts(answer, 2, asked)
    news = parts(new, 2, asked) if len(kinds) > 1 else [new]
    named = {"outputs": outputs}
    named |= {f"state.{kind}": part for kind, part in zip(kinds, news, strict=True)}
    for value in named.values():
        if not tf.is_tensor(value):
            raise wrong_answer(answer, asked)
    return named


@dataclass(frozen=True)
class Form:
    """How a graph is built: the loop, which arguments it takes, and whether for a vjp."""

    loop: str  # "step", "dynamic" or "static"
    state: bool
    lengths: bool = False
    steps: int = 0  # T of a static loop
    vjp: bool = False


@dataclass
class Graph:
    """A cell in a graph, with a session.

    Attributes:
        session: runs the graph.
        inputs: placeholders of the arguments, by name.
        results: tensors by name; None is a gradient that the graph does not reach.
        variables: trainable, in order of creation.
        facts: what the forward call showed.
        holder: whose parameters the variables hold.
    """

    session: Any
    inputs: dict[str, Any]
    results: dict[str, Any]
    variables: list[Any]
    facts: dict[str, Any]
    holder: object = None


@lru_cache(maxsize=32)
def build(kind: Any, spec: Spec, dtype: str, device: str, form: Form) -> Graph:
    """Build a graph, or return the one that was built for the same class and form."""
    tf = import_tf1(dtype, device)
    config = tf.ConfigProto(allow_soft_placement=True)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    with tf.Graph().as_default() as graph, tf.device("/GPU:0" if device == "cuda" else "/CPU:0"):
        inputs = _placeholders(tf, spec, dtype, form)
        cell = make_cell(tf, kind, spec)
        with called(cell.call, "cell(inputs, state)", inputs["x"], None):
            answer = _run(tf, cell, spec, dtype, form, inputs)
        named, variables = results(tf, spec, answer), tf.trainable_variables()
        dtypes = {key: tensor.dtype.name for key, tensor in named.items()}
        facts = {"containers": {"state": type(answer[1]).__name__}, "dtypes": dtypes}
        if form.vjp:
            named = _gradients(tf, inputs, named, variables)
        return Graph(tf.Session(graph=graph, config=config), inputs, named, variables, facts)


def _gradients(
    tf: Any, inputs: dict[str, Any], named: dict[str, Any], variables: list[Any]
) -> dict[str, Any]:
    """Return gradients "d.<input>" and, by place, "d.<number>" of variables; add placeholders."""
    sources = {f"d.{key}": tensor for key, tensor in inputs.items() if key != "lengths"}
    sources |= {f"d.{number}": variable for number, variable in enumerate(variables)}
    upstream = []
    for key, tensor in named.items():
        inputs[f"d_{key}"] = tf.placeholder(tensor.dtype)
        upstream.append(tf.reshape(inputs[f"d_{key}"], tf.shape(tensor)))
    found = tf.gradients([*named.values()], [*sources.values()], upstream)
    return {
        key: None if gradient is None else tf.convert_to_tensor(gradient)
        for key, gradient in zip(sources, found, strict=True)
    }


def _placeholders(tf: Any, spec: Spec, dtype: str, form: Form) -> dict[str, Any]:
    lead: list[int | None] = [None]
    if form.loop != "step":
        lead = [form.steps or None, None] if spec.time_major else [None, form.steps or None]
    inputs = {"x": tf.placeholder(dtype, [*lead, spec.input_size])}
    widths = {"h": spec.projection or spec.hidden_sizes[0], "c": spec.hidden_sizes[0]}
    for part in state_kinds(spec) if form.state else ():
        inputs[f"state.{part}"] = tf.placeholder(dtype, [None, widths[part]])
    if form.lengths:
        inputs["lengths"] = tf.placeholder("int32", [None])
    return inputs


def _run(tf: Any, cell: Any, spec: Spec, dtype: str, form: Form, inputs: dict[str, Any]) -> Any:
    x, state = inputs["x"], as_state(tf, spec, inputs)
    if form.loop == "step":
        return cell(x, cell.zero_state(tf.shape(x)[0], dtype) if state is None else state)
    words = {"sequence_length": inputs.get("lengths"), "initial_state": state, "dtype": dtype}
    if form.loop == "dynamic":
        return tf.nn.dynamic_rnn(cell, x, time_major=spec.time_major, **words)
    axis = 0 if spec.time_major else 1
    outputs, new = tf.nn.static_rnn(cell, tf.unstack(x, form.steps, axis), **words)
    return tf.stack(outputs, axis), new


class Tf1Runner:
    """Runs a cell in a graph and a session, a sequence in TensorFlow's "dynamic" or "static" loop.

    A vjp without a given state has no "d.state.<part>". Arguments that the graph does not reach
    are named in facts["detached"]; their gradients come back as zeros.
    """

    def __init__(
        self, kind: Any, spec: Spec, params: Arrays, dtype: str, device: str, loop: str
    ) -> None:
        """Build the cell once for a step, which shows whether it has the weights.

        Raises:
            Fault: TensorFlow or the device is absent, or the weights are others.
        """
        self.tf = import_tf1(dtype, device)
        self.facts: dict[str, Any] = {}
        self._key = (kind, spec, dtype, device)
        self._spec, self._params, self._dtype, self._loop = spec, params, dtype, loop
        self._graph(Form("step", state=True))

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call (see base.Runner)."""
        self.tf.keras.backend.set_floatx(self._dtype)
        loop, vjp = "step" if name.startswith("step") else self._loop, name.endswith("_vjp")
        steps = arrays["x"].shape[0 if self._spec.time_major else 1] if loop == "static" else 0
        graph = self._graph(Form(loop, "state.h" in arrays, "lengths" in arrays, steps, vjp))
        self.facts = dict(graph.facts)
        fetch = {key: tensor for key, tensor in graph.results.items() if tensor is not None}
        if not fetch:
            raise Fault("error", DETACHED)
        feed = {graph.inputs[key]: array for key, array in arrays.items()}
        came: Arrays = graph.session.run(fetch, feed)
        if vjp:
            came = self._named(came, arrays)
        return came

    def _named(self, came: Arrays, arrays: Arrays) -> Arrays:
        """Name the gradients of variables, and fill in zeros for those that are not there."""
        sources = {k: a for k, a in arrays.items() if k == "x" or k.startswith("state.")}
        keys = {f"d.{k}": f"d.{k}" for k in sources}
        keys |= {f"d.{k}": f"d.{number}" for number, k in enumerate(self._params)}
        shapes = {f"d.{k}": a.shape for k, a in (sources | self._params).items()}
        self.facts["detached"] = sorted(key for key, own in keys.items() if own not in came)
        return {k: came[own] if own in came else np.zeros(shapes[k]) for k, own in keys.items()}

    def _graph(self, form: Form) -> Graph:
        """Return a graph that holds this runner's parameters."""
        graph = build(*self._key, form)
        if graph.holder is not self:
            what = getattr(self._key[0], "__name__", "the cell")
            check_weights(what, [tuple(v.shape) for v in graph.variables], self._params)
            with graph.session.graph.as_default():
                graph.session.run(self.tf.global_variables_initializer())
            for variable, value in zip(graph.variables, self._params.values(), strict=True):
                first = variable.initializer
                graph.session.run(first, {first.inputs[1]: value})
            graph.holder = self
        return graph

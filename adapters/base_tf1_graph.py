"""What the TF1 adapters share on the worker's side: graphs, sessions, gradients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from rnncheck.adapters.base_answers import check_weights
from rnncheck.adapters.base_tf1 import DETACHED, import_tf1
from rnncheck.adapters.base_tf1_dropout import GRAPH_SEED, masks
from rnncheck.adapters.base_tf1_network import Form, network, placeholders
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


@dataclass
class Graph:
    """A cell in a graph, with a session.

    Attributes:
        session: runs the graph.
        inputs: placeholders of the arguments, by name.
        results: tensors by name, of a forward call.
        gradients: tensors by name; None is one that the graph does not reach.
        masks: of dropout, in training.
        variables: trainable, in order of creation.
        start: gives every variable its first value; made once, as a graph that grows is slow.
        facts: what the forward call showed.
        holder: whose parameters the variables hold.
    """

    session: Any
    inputs: dict[str, Any]
    results: dict[str, Any]
    gradients: dict[str, Any]
    masks: dict[str, Any]
    variables: list[Any]
    start: Any
    facts: dict[str, Any]
    holder: object = None

    def fetched(self, *, vjp: bool) -> dict[str, Any]:
        """Return the tensors that a call gives, by name."""
        found = (self.gradients if vjp else self.results) | self.masks
        return {key: tensor for key, tensor in found.items() if tensor is not None}


_DIFFERENTIATED: set[tuple[Any, ...]] = set()  # what tells runners apart that were asked for a vjp


@lru_cache(maxsize=128)
def build(kind: Any, spec: Spec, dtype: str, device: str, form: Form) -> Graph:
    """Build a graph, or return the one that was built for the same class and form.

    TensorFlow rewrites a cell's Python, `if` and `for` over tensors too, when it calls it. That takes
    longer than the graph, and few cells need it: those that cannot be built without.
    """
    tf = import_tf1(dtype, device)
    try:
        as_written = tf.autograph.experimental.do_not_convert(_built)
        graph: Graph = as_written(tf, kind, spec, dtype, device, form)
    except Exception:  # whatever it is: it is raised again if it is no matter of rewriting
        graph = _built(tf, kind, spec, dtype, device, form)
    return graph


def _built(tf: Any, kind: Any, spec: Spec, dtype: str, device: str, form: Form) -> Graph:
    with tf.Graph().as_default() as graph, tf.device("/GPU:0" if device == "cuda" else "/CPU:0"):
        tf.set_random_seed(GRAPH_SEED)
        inputs = placeholders(tf, spec, dtype, form)
        named, container = network(tf, kind, spec, dtype, form, inputs)
        variables, start = tf.trainable_variables(), tf.global_variables_initializer()
        dtypes = {key: tensor.dtype.name for key, tensor in named.items()}
        facts = {"containers": {"state": container}, "dtypes": dtypes}
        back = _gradients(tf, inputs, named, variables) if form.vjp else {}
        drawn = {} if form.seed is None else masks(tf, kind, spec, form.seed, inputs["x"])
        return Graph(_session(tf, graph), inputs, named, back, drawn, variables, start, facts)


def _session(tf: Any, graph: Any) -> Any:
    config = tf.ConfigProto(allow_soft_placement=True)
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return tf.Session(graph=graph, config=config)


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


class Tf1Runner:
    """Runs a network in a graph and a session, a sequence in one of TensorFlow's loops.

    A vjp without a given state has no "d.state.<part>". Arguments that the graph does not reach
    are named in facts["detached"]; their gradients come back as zeros.
    """

    def __init__(
        self,
        kind: Any,
        spec: Spec,
        params: Arrays,
        dtype: str,
        device: str,
        loop: str,
        *,
        joined: bool = False,
    ) -> None:
        """Build nothing yet: the first call shows whether the network has the weights.

        Args:
            kind: the cell's class.
            spec: the network.
            params: native weights, in order.
            dtype: "float64" or "float32".
            device: "cpu" or "cuda".
            loop: of a sequence, see Form.
            joined: see Form.

        Raises:
            Fault: TensorFlow or the device is absent.
        """
        self.tf = import_tf1(dtype, device)
        self.facts: dict[str, Any] = {}
        self._key = (kind, spec, dtype, device)
        self._spec, self._params, self._dtype, self._loop = spec, params, dtype, loop
        self._joined = joined

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call (see base.Runner)."""
        self.tf.keras.backend.set_floatx(self._dtype)
        loop, vjp = "step" if name.startswith("step") else self._loop, name.endswith("_vjp")
        steps = arrays["x"].shape[0 if self._spec.time_major else 1] if loop == "static" else 0
        state = any(name.startswith("state.") for name in arrays)
        seed = int(arrays["dropout.seed"]) if "dropout.seed" in arrays else None
        graph = self._graph(Form(loop, state, "lengths" in arrays, steps, vjp, self._joined, seed))
        self.facts = dict(graph.facts)
        fetch = graph.fetched(vjp=vjp)
        if not fetch:
            raise Fault("error", DETACHED)
        feed = {graph.inputs[k]: a for k, a in arrays.items() if k != "dropout.seed"}
        came: Arrays = graph.session.run(fetch, feed)
        if vjp:
            drawn = {key: a for key, a in came.items() if key.startswith("dropout.")}
            came = self._named(came, arrays) | drawn
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
        """Return a graph that holds this runner's parameters.

        One with gradients serves both calls. Whoever asks for gradients of a network from a given
        state will ask for more of them, so its other graphs have gradients from then on.

        In training its session is a new one: one that has drawn masks draws others the next time.
        """
        if form.vjp and form.state:
            _DIFFERENTIATED.add(self._key)
        whole = replace(form, vjp=form.vjp or (form.state and self._key in _DIFFERENTIATED))
        graph = build(*self._key, whole)
        if form.seed is not None:
            graph.session, graph.holder = _session(self.tf, graph.session.graph), None
        if graph.holder is not self:
            what = getattr(self._key[0], "__name__", "the cell")
            check_weights(what, [tuple(v.shape) for v in graph.variables], self._params)
            given = zip(graph.variables, self._params.values(), strict=True)
            feed = {variable.initializer.inputs[1]: value for variable, value in given}
            graph.session.run(graph.start, feed)
            graph.holder = self
        return graph

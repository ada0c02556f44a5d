"""For the tests of the seeds' calls: a TF1 graph and session, its weights, values and gradients."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from rnncheck.adapters.base_tf1_layout import Tf1Layout
from rnncheck.protocol.names import group, input_width, outputs_width, prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import select
from rnncheck.reference.implementation import ReferenceImplementation
from rnncheck.reference.network import cell_params
from tests.reference_cases import Drawn, Numbers, same

if os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    reason = "the world tf1 needs a process of its own with TF_USE_LEGACY_KERAS=1 (tox -e tf1)"
    pytest.skip(reason, allow_module_level=True)
tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
pytest.importorskip("tf_keras", reason="tf_keras is not installed")
cells: Any = tf.nn.rnn_cell

# TensorFlow warns of its own calls that are old.
OLD_CALLS = pytest.mark.filterwarnings(
    "ignore:`layer.add_variable` is deprecated:UserWarning",
    "ignore:`layer.updates` will be removed:UserWarning",
    r"ignore:`tf\.layers\.\w+` is deprecated:UserWarning",
)

FORWARD, BACKWARD = 1e-12, 1e-10
TF1: dict[str, Any] = {"biases": "single"}
LSTM: dict[str, Any] = {"cell": "lstm", "forget_bias": 1.0, **TF1}
GRU: dict[str, Any] = {"cell": "gru", "reset": "before", **TF1}
ELMAN: dict[str, Any] = {"cell": "elman", **TF1}

# x and the state by parts (None for no state) to the outputs and the new state, all time-major.
Build = Callable[[Any, dict[str, Any] | None], tuple[Any, dict[str, Any]]]


@contextmanager
def graph() -> Iterator[Any]:
    """Give a session over a new graph, on two logical CPUs."""
    config = tf.ConfigProto(allow_soft_placement=True, device_count={"CPU": 2})
    config.graph_options.rewrite_options.disable_meta_optimizer = True  # it takes the most time
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        yield session


def native(spec: Spec, params: Mapping[str, Numbers]) -> list[Numbers]:
    """Return parameters, or gradients, as TF1's variables in their order: layers, then dense."""
    arrays: list[Numbers] = []
    for index, prefix in enumerate(prefixes(spec)):
        layer = index // len(spec.directions)
        one = spec.with_(
            input_size=input_width(spec, layer),
            hidden_sizes=(spec.hidden_sizes[layer],),
            directions=("forward",),
            output_size=0,
        )
        arrays += Tf1Layout().params_out(one, cell_params(spec, params, prefix)).values()
    if spec.output_size:
        arrays += [params["weight_ho"].T, params["bias_o"]]
    return arrays


def load(session: Any, values: Iterable[Numbers]) -> None:
    """Set the trainable variables to float64 values, in order.

    Ask for gradients before: once a session has run a dynamic loop, it has no more of them.
    """
    variables = tf.trainable_variables()
    session.run(tf.global_variables_initializer())
    for variable, value in zip(variables, values, strict=True):
        assert variable.dtype.base_dtype == tf.float64
        assert tuple(variable.shape) == value.shape
        variable.load(value, session)


def parts(spec: Spec, state: Any) -> dict[str, Any]:
    """Return a TF1 state by the reference's parts: an LSTM's is (c, h), layers are in a tuple."""
    names = prefixes(spec)
    kinds = ("c", "h") if spec.cell == "lstm" else ("h",)
    layers = state if len(names) > 1 else (state,)
    return {
        f"{prefix}{kind}": part
        for prefix, layer in zip(names, layers, strict=True)
        for kind, part in zip(kinds, layer if len(kinds) > 1 else (layer,), strict=True)
    }


def whole(spec: Spec, state: dict[str, Any] | None) -> Any:
    """Return a state by parts as TF1 takes it; None for none."""
    if state is None:
        return None
    layers = []
    for prefix in prefixes(spec):
        own = select(state, prefix)
        lstm = spec.cell == "lstm"
        layers.append(cells.LSTMStateTuple(own["c"], own["h"]) if lstm else own["h"])
    return tuple(layers) if len(layers) > 1 else layers[0]


def hold(
    given: Drawn,
    build: Build,
    *,
    zero_state: bool = False,
    lengths: Numbers | None = None,
    masks: Callable[[], dict[str, Any]] | None = None,
) -> None:
    """Hold what a graph computes, and all of its gradients, to the reference in float64.

    `masks` gives tensors of the dropout masks in use, evaluated in the same run.
    """
    with graph() as session:
        x = tf.constant(given.x)
        state = None if zero_state else {k: tf.constant(a) for k, a in given.state.items()}
        outputs, new = build(x, state)
        assert outputs.shape.as_list()[-1] == outputs_width(given.spec)
        sources = [*tf.trainable_variables(), x, *(state or {}).values()]
        upstream = [tf.constant(a) for a in (given.d_outputs, *(given.d_state[k] for k in new))]
        found = tf.gradients([outputs, *new.values()], sources, upstream)
        load(session, native(given.spec, given.params))
        fetched = session.run([outputs, new, found, masks() if masks else {}])
    values, states, gradients, drawn = fetched
    reference = ReferenceImplementation(given.spec, given.params, masks=drawn or None)
    start = None if zero_state else given.state
    right = reference.sequence(given.x, start, lengths)
    same(
        {"outputs": values, **states},
        {"outputs": right["outputs"], **group(right, "state")},
        FORWARD,
    )
    wrong = reference.sequence_vjp(given.x, start, given.d_outputs, given.d_state, lengths)
    d = group(wrong, "d")
    expected = [*native(given.spec, d), d["x"], *(d[f"state.{k}"] for k in state or {})]
    same(numbered(gradients), numbered(expected), BACKWARD)


def numbered(arrays: list[Numbers]) -> dict[str, Numbers]:
    """Return arrays by their place in the list."""
    return {str(number): array for number, array in enumerate(arrays)}

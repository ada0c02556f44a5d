"""What the TF1 adapters share on the worker's side: TensorFlow, one cell and its state."""

from __future__ import annotations

from typing import Any

from rnncheck.adapters.base_answers import parts, wrong_answer
from rnncheck.adapters.base_arithmetic import arrange_tensorflow
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_tf1_dropout import wrap
from rnncheck.adapters.base_tf1_layout import activation, options, state_kinds
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.spec import Dropout, Spec

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
        arrange_tensorflow(tf)
    return tf


def make_cell(
    tf: Any, kind: Any, spec: Spec, *, joined: bool = False, seed: int | None = None
) -> Any:
    """Make a cell with the options that differ from the defaults.

    Args:
        tf: tensorflow.compat.v1.
        kind: its class.
        spec: the cell alone.
        joined: its state is to be one tensor [c, h], which state_is_tuple=False asks for.
        seed: of dropout in training; see base_tf1_dropout, where `kind` is the wrapper of a cell.
    """
    if spec.dropout != Dropout():
        return wrap(tf, kind, spec, seed)
    chosen = activation(tf, options(spec))
    if joined:
        chosen["state_is_tuple"] = False
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

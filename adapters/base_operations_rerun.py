"""The lines that reproduce a call of an operation on tensors, without rnncheck."""

from __future__ import annotations

from rnncheck.adapters.base_operations import (
    OperationLayout,
    argument_names,
    result_names,
    unpacked,
    written,
)
from rnncheck.protocol.operations import OperationSpec

_SETUP = {
    "torch": ["import torch", "torch.set_default_dtype(torch.float64)"],
    "keras3": ["import tensorflow as tf", "import keras", 'keras.config.set_floatx("float64")'],
    "tf1": ["import tensorflow.compat.v1 as tf"],
}


def plain(names: list[str]) -> list[str]:
    """Return names as variables: "_" for "."."""
    return [name.replace(".", "_") for name in names]


def regrouped(names: list[str]) -> list[str]:
    """Write the lines that put variables of dotted names into dicts again."""
    groups: dict[str, list[str]] = {}
    for name in names:
        head, _, rest = name.partition(".")
        if rest:
            groups.setdefault(head, []).append(f'"{rest}": {name.replace(".", "_")}')
    return [f"{head} = {{{', '.join(entries)}}}" for head, entries in groups.items()]


def tensors(spec: OperationSpec) -> list[str]:
    """Return the names of the arguments that are handed over as tensors."""
    return [argument.name for argument in spec.operation.arguments if argument.axes]


def call_lines(spec: OperationSpec, module: str) -> list[str]:
    """Write the call, with what it gives in variables of their names."""
    names, results = argument_names(spec), result_names(spec)
    call = f"{written(results)} = {module}.{spec.name}({written(names)})"
    return [*regrouped(names), call, *unpacked(results)]


class TorchOperationsLayout(OperationLayout):
    """Arrays as they are; lines for PyTorch."""

    def rerun(self, spec: OperationSpec, call: str, module: str) -> list[str]:
        """Return lines that make tensors, call, and take gradients."""
        leaves = spec.operation.differentiated if call == "compute_vjp" else ()
        lines = list(_SETUP["torch"])
        for name in tensors(spec):
            (own,), grad = plain([name]), ", requires_grad=True" if name in leaves else ""
            lines.append(f"{own} = torch.tensor({own}{grad})")
        lines += call_lines(spec, module)
        if leaves:
            results = plain(result_names(spec))
            terms = " + ".join(f"(torch.tensor(d_{name}) * {name}).sum()" for name in results)
            lines.append(f"({terms}).backward()")
            lines += [f"d_{name} = {name}.grad" for name in plain(list(leaves))]
        return lines


class TensorFlowOperationsLayout(OperationLayout):
    """Arrays as they are; lines for Keras 3 on TensorFlow, or for TensorFlow 1, both eagerly."""

    def __init__(self, world: str) -> None:
        """Write for "keras3" or "tf1"."""
        self.world = world

    def rerun(self, spec: OperationSpec, call: str, module: str) -> list[str]:
        """Return lines that make tensors, call, and take gradients by a tape."""
        lines = list(_SETUP[self.world])
        lines += [f"{n} = tf.convert_to_tensor({n})" for n in plain(tensors(spec))]
        if call == "compute":
            return lines + call_lines(spec, module)
        leaves = plain(list(spec.operation.differentiated))
        results = plain(result_names(spec))
        lines += ["with tf.GradientTape() as tape:", f"    tape.watch([{', '.join(leaves)}])"]
        lines += [f"    {text}" for text in call_lines(spec, module)]
        above = ", ".join(f"d_{name}" for name in results)
        back = f"tape.gradient([{', '.join(results)}], [{', '.join(leaves)}], [{above}])"
        return [*lines, f"{', '.join(f'd_{n}' for n in leaves)}, = {back}"]

"""Gates in another order than the parameters mean: right equations, wrong slices."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base import TEACHING, Mistake, Variation
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec

_GATED = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
_GRADIENTS = (*_GATED, *(f"d.{name}" for name in _GATED))


def _named(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def reordered(cell: str, read_as: tuple[str, ...]) -> type[Variation]:
    """Return an implementation that reads slice k of every parameter as gate read_as[k].

    Args:
        cell: the cell it can be made with.
        read_as: the gates in the order in which the wrong code reads them.
    """

    class Reordered(Variation):
        def inner_params(self, spec: Spec) -> Arrays:
            order = [read_as.index(gate) for gate in spec.gates]
            return {n: a[order] if _named(n) in _GATED else a for n, a in self.params.items()}

        def params_back(self, gradients: Arrays) -> Arrays:
            order = np.argsort([read_as.index(gate) for gate in self.spec.gates])
            return {n: a[order] if _named(n) in _GATED else a for n, a in gradients.items()}

    Reordered.__name__ = f"{cell}_{''.join(read_as)}"
    return Reordered


def handed_back_as(one: str, other: str) -> type[Variation]:
    """Return an implementation that hands back two gates' gradients under each other's name."""

    class Swapped(Variation):
        def params_back(self, gradients: Arrays) -> Arrays:
            gates = [{one: other, other: one}.get(gate, gate) for gate in self.spec.gates]
            order = [self.spec.gates.index(gate) for gate in gates]
            return {n: a[order] if _named(n) in _GRADIENTS else a for n, a in gradients.items()}

    return Swapped


def _swapped(cell: str, one: str, other: str) -> Mistake:
    return Mistake(
        f"parameter_gradients_of_{one}_and_{other}_swapped",
        f"the gradients of the parameters of {one} and {other} are under each other's name",
        "Compare the name of each gradient with the gate from which it was computed.",
        handed_back_as(one, other),
        lambda spec: spec.cell == cell,
        "published course work",
    )


def _order(cell: str, name: str, read_as: str, what: str, source: str = TEACHING) -> Mistake:
    return Mistake(
        id=name,
        what=what,
        hint="Write down which rows of each weight and bias belong to which gate.",
        bind=reordered(cell, tuple(read_as)),
        applies=lambda spec: spec.cell == cell and spec.gates != tuple(read_as),
        source=source,
    )


MISTAKES = (
    _order(
        "lstm",
        "gate_order_ifog",
        "ifog",
        "gates i, f, g, o read as i, f, o, g",
        "ONNX Runtime's reordering of weights, onnxscript #2674",
    ),
    _order(
        "lstm",
        "gate_order_figo",
        "figo",
        "the input gate reads the forget gate's slice",
        "xlstm #98, #95",
    ),
    _order(
        "lstm",
        "gate_order_ofgi",
        "ofgi",
        "the input gate reads the output gate's slice",
        "survives Keras's own literals",
    ),
    _order("lstm", "gate_order_iofg", "iofg", "gates i, f, g, o read as i, o, f, g"),
    _order("lstm", "gate_order_igfo", "igfo", "gates i, f, g, o read as i, g, f, o"),
    _order(
        "lstm",
        "gate_order_fgio",
        "fgio",
        "gates i, f, g, o read as f, g, i, o",
        "the order of Deep Learning from Scratch 2",
    ),
    _order(
        "gru",
        "gate_order_zrn",
        "zrn",
        "gates r, z, n read as z, r, n",
        "weights moved between Keras and cuDNN",
    ),
    _order("gru", "gate_order_nzr", "nzr", "gates r, z, n read as n, z, r"),
    _swapped("lstm", "i", "f"),
    _swapped("gru", "r", "z"),
)

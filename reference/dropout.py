"""Dropout under given masks; nothing is drawn here.

    x'   = m_input * x         what a layer reads
    s    = cell(x', old state)
    out  = m_output * h        what the layer gives out; its state stays whole
    h'   = m_state * h         what goes on to the next step and is given back; c stays whole
    next = m_between * out     what the next layer reads; nothing after the last layer

Masks drawn once for each gate (Keras' recurrent_dropout) go elsewhere, m_input on what W_ih and
m_state on what W_hh of that gate reads: see gates.masked. The state that is carried stays whole.

A mask holds 0 for what is dropped and 1 / keep for what is kept, so that the expectation is that
of the network without dropout. It is applied as given, at step t of the input whatever the order of
processing, and gradients go through the same mask. At steps that are not valid the state is carried
as it is. Names and shapes: protocol.names.dropout_shapes.

Sources: Srivastava, N., Hinton, G., Krizhevsky, A., Sutskever, I. and Salakhutdinov, R. (2014),
Dropout: a simple way to prevent neural networks from overfitting (which scales when testing; the
scale here, in training, has the same expectation); Zaremba, W., Sutskever, I. and Vinyals, O.
(2014), Recurrent neural network regularization (between layers, not over time); Gal, Y. and
Ghahramani, Z. (2016), A theoretically grounded application of dropout in recurrent neural networks
(one mask for the whole sequence, over time too).
"""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers


def drop(masks: Given, name: str, value: Numbers) -> Numbers:
    """Return value (T, B, W) or (B, W) times the mask of that name; as it is where there is none.

    It is its own backward: the gradient of what comes out goes in.
    """
    return value * masks[name] if name in masks else value


def by_step(masks: Given, name: str, steps: int) -> Numbers | None:
    """Return a mask as (T, B, W), repeated over time where it was drawn once; None for no mask."""
    if name not in masks:
        return None
    return np.broadcast_to(masks[name], (steps, *masks[name].shape[-2:]))  # (T, B, W) or (T, 1, W)


def split(spec: Spec, masks: Given) -> tuple[Given, Given]:
    """Return the masks that multiply a value where it stands, and those of the gates' matrices."""
    if spec.dropout.draw != "gate":
        return masks, {}
    gates = {n for n in masks if n.rpartition(".")[2] in ("input", "state")}
    return {n: masks[n] for n in masks.keys() - gates}, {n: masks[n] for n in gates}


def of_gates(gates: Given, prefix: str) -> Named:
    """Return the masks of one layer and direction in the words of gates.masked."""
    sides = {"drop_ih": f"{prefix}input", "drop_hh": f"{prefix}state"}
    return {side: gates[name] for side, name in sides.items() if name in gates}


def between(layer: int) -> str:
    """Return the name of the mask on what a layer hands to the next."""
    return f"l{layer}.between"

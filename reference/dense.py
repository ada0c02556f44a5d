"""The output layer after each step: y = act(W_ho h + b_o)."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.nonlinearities import activate, back


def follows(spec: Spec) -> bool:
    """Tell whether a dense layer follows the recurrence; a Jordan network's is inside it."""
    return spec.output_size > 0 and spec.cell != "jordan"


def forward(spec: Spec, params: Given, h: Numbers) -> tuple[Numbers, Named]:
    """Return the outputs (..., O) of h (..., R), and the trace {o_in} of pre-activations."""
    o_in: Numbers = h @ params["weight_ho"].T + params["bias_o"]
    return activate(spec.output_activation, o_in), {"o_in": o_in}


def backward(
    spec: Spec, params: Given, h: Numbers, o_in: Numbers, d_outputs: Numbers
) -> tuple[Named, Numbers]:
    """Return the gradients {weight_ho, bias_o} and that of h, given that of the outputs."""
    d_in = back(spec.output_activation, o_in, d_outputs)
    rows = d_in.reshape(-1, d_in.shape[-1])  # (T B, O)
    d_params: Named = {
        "weight_ho": rows.T @ h.reshape(-1, h.shape[-1]),
        "bias_o": rows.sum(axis=0),
    }
    d_h: Numbers = d_in @ params["weight_ho"]
    return d_params, d_h

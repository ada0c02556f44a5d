"""The gated recurrent unit, in the forms that are in use.

    r = s(W_r x + b_ih_r + U_r h' + b_hh_r)
    z = s(W_z x + b_ih_z + U_z h' + b_hh_z)
    reset after:   n = act(W_n x + b_ih_n + r * (U_n h' + b_hh_n))
    reset before:  n = act(W_n x + b_ih_n + U_n (r * h') + b_hh_n)
    z_keeps:       h = z * h' + (1 - z) * n
    z_takes:       h = (1 - z) * h' + z * n

s is the sigmoid, h' is the old state. Sources: Cho, K. et al. (2014), Learning phrase
representations using RNN encoder-decoder for statistical machine translation (before, z_keeps;
its first version on arXiv resets after); Chung, J. et al. (2014), Empirical evaluation of gated
recurrent neural networks on sequence modeling (before, z_takes).
"""

from __future__ import annotations

from rnncheck.protocol.spec import Spec
from rnncheck.reference.arrays import Given, Named, Numbers, zeros_like
from rnncheck.reference.gates import (
    input_backward,
    input_part,
    recurrent_backward,
    recurrent_part,
)
from rnncheck.reference.nonlinearities import activate, sigmoid, slope


def forward(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """Compute one step: x (B, D), state h (B, H).

    Returns:
        The new state {h}, and the trace, all (B, H): gates r, z, n, their pre-activations a_r, a_z,
        a_n, the recurrent part u of the candidate (before r multiplies it, if reset is "after"), h.
    """
    old = state["h"]
    a = {
        gate: input_part(spec, params, gate, x) + recurrent_part(spec, params, gate, old)
        for gate in ("r", "z")
    }
    r, z = sigmoid(a["r"]), sigmoid(a["z"])
    after = spec.reset == "after"
    u = recurrent_part(spec, params, "n", old if after else r * old)
    a_n = input_part(spec, params, "n", x) + (r * u if after else u)
    n = activate(spec.activation, a_n)
    h = z * old + (1 - z) * n if spec.update == "z_keeps" else (1 - z) * old + z * n
    trace = {"a_r": a["r"], "a_z": a["z"], "a_n": a_n, "u": u, "r": r, "z": z, "n": n, "h": h}
    return {"h": h}, trace


def backward(
    spec: Spec, params: Given, x: Numbers, state: Given, trace: Given, d_state: Given
) -> tuple[Named, Numbers, Named]:
    """Return the gradients of the parameters, x and the old state, given those of the new state."""
    d_params = zeros_like(params)
    d_h, old = d_state["h"], state["h"]
    r, z, n, u = (trace[name] for name in "rznu")
    keep = z if spec.update == "z_keeps" else 1 - z
    d_old = d_h * keep
    d_z = d_h * (old - n) if spec.update == "z_keeps" else d_h * (n - old)
    d_a_n = d_h * (1 - keep) * slope(spec.activation, trace["a_n"])
    if spec.reset == "after":
        d_r = d_a_n * u
        d_old += recurrent_backward(spec, params, d_params, "n", old, d_a_n * r)
    else:
        d_reset = recurrent_backward(spec, params, d_params, "n", r * old, d_a_n)
        d_r = d_reset * old
        d_old += d_reset * r
    d_x = input_backward(spec, params, d_params, "n", x, d_a_n)
    for gate, d_gate in (("r", d_r), ("z", d_z)):
        d_a = d_gate * slope("sigmoid", trace[f"a_{gate}"])
        d_x += input_backward(spec, params, d_params, gate, x, d_a)
        d_old += recurrent_backward(spec, params, d_params, gate, old, d_a)
    return d_params, d_x, {"h": d_old}

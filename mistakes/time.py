"""Mistakes in truncated BPTT, RTRL and gradient flow."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base_operation import OperationMistake, with_arguments
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference.operations import ReferenceOperation


def _not_cut(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"k": np.array(len(given["x"]))}


def _cut_early(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"k": np.maximum(given["k"] - 1, 1)}


def _dropped(inner: ReferenceOperation, given: Arrays) -> Arrays:
    """Let every window start from zeros, each on its own."""
    k, steps, start, parts = int(given["k"]), len(given["x"]), given["h0"], []
    for at in range(0, steps, k):
        window = slice(at, at + k)
        own = {"x": given["x"][window], "d_outputs": given["d_outputs"][window], "h0": start}
        parts.append(inner.compute(given | own))
        start = np.zeros_like(start)
    whole = {
        name: np.sum([part[name] for part in parts], axis=0) for name in parts[0] if name != "d_x"
    }
    d_x = np.concatenate([part["d_x"] for part in parts])
    return whole | {"d_x": d_x, "d_h0": parts[0]["d_h0"]}


def _last_error(spec: OperationSpec, given: Arrays) -> Arrays:
    """Learn from the last step's error alone."""
    del spec
    last = np.zeros_like(given["d_outputs"])
    last[-1] = given["d_outputs"][-1]
    return given | {"d_outputs": last}


def _states(given: Arrays) -> Array:
    """Return h before each step and after the last, (T + 1, B, H)."""
    h = [given["h0"]]
    for x_t in given["x"]:
        a = x_t @ given["params.weight_ih"].T + h[-1] @ given["params.weight_hh"].T
        h.append(np.tanh(a + given["params.bias"]))
    return np.stack(h)


def _immediate(inner: ReferenceOperation, given: Arrays) -> Arrays:
    """Forget what the weights did at earlier steps."""
    del inner
    h = _states(given)
    batch, hidden = h.shape[1:]
    slope = 1 - h[-1] ** 2  # (B, H)
    influence = np.zeros((batch, hidden, hidden, hidden), h.dtype)
    for i in range(hidden):
        influence[:, i, i] = slope[:, i, None] * h[-2]
    d_a = given["d_outputs"] * (1 - h[1:] ** 2)  # (T, B, H)
    grads = {
        "d_params.weight_ih": np.einsum("tbh,tbd->hd", d_a, given["x"]),
        "d_params.weight_hh": np.einsum("tbh,tbj->hj", d_a, h[:-1]),
        "d_params.bias": d_a.sum(axis=(0, 1)),
    }
    return grads | {"influence": influence}


def _with_jacobians(inner: ReferenceOperation, jacobians: Array, given: Arrays) -> Arrays:
    norms = np.linalg.norm(jacobians, 2, axis=(2, 3))
    return inner.compute(given) | {"jacobians": jacobians, "norms": norms}


def _single(inner: ReferenceOperation, given: Arrays) -> Arrays:
    slope = 1 - _states(given)[1:] ** 2  # (T, B, H)
    return _with_jacobians(inner, slope[..., None] * given["params.weight_hh"], given)


def _linear(inner: ReferenceOperation, given: Arrays) -> Arrays:
    """Leave the slope of tanh out: powers of the weights."""
    steps, batch = given["x"].shape[:2]
    powers = [given["params.weight_hh"]]
    for _ in range(steps - 1):
        powers.append(powers[-1] @ given["params.weight_hh"])
    found = np.repeat(np.stack(powers[::-1])[:, None], batch, axis=1)  # (T, B, H, H)
    return _with_jacobians(inner, found, given)


def _frobenius(inner: ReferenceOperation, given: Arrays) -> Arrays:
    right = inner.compute(given)
    norms = np.sqrt((right["jacobians"] ** 2).sum(axis=(2, 3)))
    return right | {"norms": norms}


OPERATION_MISTAKES = (
    OperationMistake(
        "truncation_not_done",
        "the gradient flows through the whole sequence",
        "Look at what the state at the start of a window is.",
        "truncated_bptt",
        *with_arguments(_not_cut)[:1],
    ),
    OperationMistake(
        "truncation_one_step_early",
        "the windows are a step too short",
        "Count the steps through which a gradient flows.",
        "truncated_bptt",
        *with_arguments(_cut_early)[:1],
    ),
    OperationMistake(
        "truncation_drops_state",
        "every window starts from zeros in place of the state before it",
        "Truncation changes the backward pass alone.",
        "truncated_bptt",
        forward=_dropped,
    ),
    OperationMistake(
        "rtrl_last_error_only",
        "only the last step's error makes a gradient",
        "Errors add up over time.",
        "rtrl",
        *with_arguments(_last_error)[:1],
    ),
    OperationMistake(
        "rtrl_influence_not_carried",
        "the influence of the weights at earlier steps is forgotten",
        "Look at how the influence of one step enters the next.",
        "rtrl",
        forward=_immediate,
    ),
    OperationMistake(
        "flow_of_single_steps",
        "the Jacobians are those of single steps, not their products",
        "From h_t to h_T there are T - t steps.",
        "gradient_flow",
        forward=_single,
    ),
    OperationMistake(
        "flow_without_slope",
        "the Jacobians are powers of the weights, without the slope of tanh",
        "Look at the derivative of tanh.",
        "gradient_flow",
        forward=_linear,
    ),
    OperationMistake(
        "flow_in_frobenius_norm",
        "the norms are Frobenius norms",
        "The spectral norm is the largest singular value.",
        "gradient_flow",
        forward=_frobenius,
    ),
)

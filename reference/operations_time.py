"""Truncated BPTT, RTRL and gradient flow of an Elman network as operations.

For RTRL the numbers are BPTT's, to which it is equal: so they come in any number type. rtrl.py
computes them forward in time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnncheck.protocol.names import group
from rnncheck.protocol.operations import OperationSpec
from rnncheck.protocol.spec import Spec
from rnncheck.reference import truncated
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.implementation import ReferenceImplementation


def elman_of(params: Given) -> Spec:
    """Return the network that these parameters are of."""
    hidden, width = params["weight_ih"].shape
    return Spec("elman", width, (hidden,), biases="single")


def bound_params(params: Given) -> Named:
    """Return weight_ih, weight_hh and bias as the protocol has them, the gate axis first."""
    names = {"weight_ih": "weight_ih", "weight_hh": "weight_hh", "bias_ih": "bias"}
    return {name: params[own][None] for name, own in names.items()}


def network(params: Given) -> ReferenceImplementation:
    """Return the reference, bound to these parameters in their own dtype."""
    dtype = params["weight_ih"].dtype.name
    return ReferenceImplementation(elman_of(params), bound_params(params), dtype)


def own_gradients(grads: Given, start: str) -> Named:
    """Return the gradients of the parameters under the operation's names."""
    names = {"weight_ih": "weight_ih", "weight_hh": "weight_hh", "bias": "bias_ih"}
    return {f"{start}.{own}": grads[f"d.{name}"][0] for own, name in names.items()}


def _truncated(spec: OperationSpec, given: Named) -> Named:
    del spec
    params, window = group(given, "params"), int(given["k"])
    dtype = params["weight_ih"].dtype.name
    bound = truncated.bind(elman_of(params), bound_params(params), window, dtype)
    h0 = given["h0"]
    start, final = {"h": h0}, {"h": np.zeros_like(h0)}
    grads = bound.sequence_vjp(given["x"], start, given["d_outputs"], final)
    return own_gradients(grads, "d_params") | {"d_x": grads["d.x"], "d_h0": grads["d.state.h"]}


def _rtrl(spec: OperationSpec, given: Named) -> Named:
    del spec
    bound, h0 = network(group(given, "params")), given["h0"]
    run, valid = bound.run(given["x"], {"h": h0}, None, None)
    nothing = np.zeros_like(given["d_outputs"])

    def back(d_outputs: Numbers, d_final: Numbers) -> Named:
        return bound.network.backward(bound.params, run, valid, d_outputs, {"h": d_final})

    grads = back(given["d_outputs"], np.zeros_like(h0))
    rows: list[Numbers] = []
    for b, i in np.ndindex(h0.shape):
        unit = np.zeros_like(h0)
        unit[b, i] = 1
        rows.append(back(nothing, unit)["d.weight_hh"][0])
    influence = np.stack(rows).reshape(*h0.shape, h0.shape[1], h0.shape[1])  # (B, H, H, H)
    return own_gradients(grads, "d_params") | {"influence": influence}


def _flow(spec: OperationSpec, given: Named) -> Named:
    """Multiply d h_(t+1) / d h_t = diag(1 - h_(t+1)^2) weight_hh from the end backward."""
    del spec
    params = group(given, "params")
    h = network(params).sequence(given["x"], {"h": given["h0"]})["outputs"]  # (T, B, H)
    steps = (1 - h * h)[..., None] * params["weight_hh"]  # (T, B, H, H)
    product, found = steps[-1], [steps[-1]]
    for step in steps[-2::-1]:
        product = product @ step
        found.append(product)
    jacobians = np.stack(found[::-1])
    return {"jacobians": jacobians, "norms": _spectral(jacobians)}


def _spectral(matrices: Numbers) -> Numbers:
    """Return the largest singular value of each matrix (T, B, H, H), (T, B)."""
    own = getattr(matrices, "spectral_norms", None)
    norms: Numbers = own() if own else np.empty(matrices.shape[:2], matrices.dtype)
    for place in () if own else np.ndindex(norms.shape):
        norms[place] = _largest_singular_value(matrices[place])
    return norms


def _largest_singular_value(matrix: Numbers) -> Any:
    if matrix.dtype != object:
        return np.linalg.norm(matrix, 2)
    import mpmath

    return mpmath.svd_r(mpmath.matrix(matrix.tolist()), compute_uv=False)[0]


FORWARD = {"truncated_bptt": _truncated, "rtrl": _rtrl, "gradient_flow": _flow}

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
    grads = _gradients(bound, given, given["d_outputs"], np.zeros_like(given["h0"]))
    return own_gradients(grads, "d_params") | {"d_x": grads["d.x"], "d_h0": grads["d.state.h"]}


def _gradients(
    bound: ReferenceImplementation, given: Named, d_outputs: Numbers, d_final: Numbers
) -> Named:
    return bound.sequence_vjp(given["x"], {"h": given["h0"]}, d_outputs, {"h": d_final})


def _rtrl(spec: OperationSpec, given: Named) -> Named:
    del spec
    bound, h0 = network(group(given, "params")), given["h0"]
    grads = _gradients(bound, given, given["d_outputs"], np.zeros_like(h0))
    influence = np.zeros((*h0.shape, h0.shape[1], h0.shape[1]), h0.dtype)  # (B, H, H, H)
    for b, i in np.ndindex(h0.shape):
        unit = np.zeros_like(h0)
        unit[b, i] = 1
        back = _gradients(bound, given, np.zeros_like(given["d_outputs"]), unit)
        influence[b, i] = back["d.weight_hh"][0]
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
    norms = np.empty(jacobians.shape[:2], jacobians.dtype)  # (T, B)
    for place in np.ndindex(norms.shape):
        norms[place] = _spectral(jacobians[place])
    return {"jacobians": jacobians, "norms": norms}


def _spectral(matrix: Numbers) -> Any:
    """Return the largest singular value."""
    if matrix.dtype != object:
        return np.linalg.norm(matrix, 2)
    import mpmath

    return mpmath.svd_r(mpmath.matrix(matrix.tolist()), compute_uv=False)[0]


FORWARD = {"truncated_bptt": _truncated, "rtrl": _rtrl, "gradient_flow": _flow}

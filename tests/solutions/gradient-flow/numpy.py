# rnncheck: gradient-flow
"""Gradient flow in NumPy."""

import numpy as np


def forward(params, x, h0):
    """Return h before the first step and after each, (T + 1, B, H)."""
    h = [h0]
    for x_t in x:
        h.append(
            np.tanh(x_t @ params["weight_ih"].T + h[-1] @ params["weight_hh"].T + params["bias"])
        )
    return np.stack(h)


def gradient_flow(params, x, h0):
    """Multiply the Jacobians of single steps from the end backward."""
    h = forward(params, x, h0)
    steps = (1 - h[1:] ** 2)[..., None] * params["weight_hh"]  # (T, B, H, H)
    jacobians = steps.copy()
    for t in reversed(range(len(x) - 1)):
        jacobians[t] = jacobians[t + 1] @ steps[t]
    return jacobians, np.linalg.norm(jacobians, 2, axis=(2, 3))

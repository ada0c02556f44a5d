# rnncheck: gradient-flow
"""Each column of a Jacobian carried forward from its step."""

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
    """Carry unit vectors forward."""
    h = forward(params, x, h0)
    steps, batch, hidden = len(x), *h0.shape
    jacobians = np.zeros((steps, batch, hidden, hidden))
    for t in range(steps):
        moved = np.tile(np.eye(hidden), (batch, 1, 1))
        for s in range(t, steps):
            moved = (1 - h[s + 1] ** 2)[:, :, None] * (params["weight_hh"] @ moved)
        jacobians[t] = moved
    return jacobians, np.linalg.svd(jacobians, compute_uv=False)[..., 0]

# rnncheck: gradient-flow
"""Gradient flow in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gradient_flow.py
"""

import torch  # noqa: F401 (you will need it)


def gradient_flow(params, x, h0):
    """Compute d h_T / d h_t for t from 0 to T - 1, and their norms.

    Args:
        params: a dict: weight_ih (H, D), weight_hh (H, H) and bias (H,) of an Elman network,
            h_t = tanh(weight_ih x_t + weight_hh h_{t-1} + bias). Its outputs are h of every step.
        x: inputs, (T, B, D).
        h0: the initial state, (B, H).

    Returns:
        jacobians, where jacobians[t, b, i, j] is d h_T[b, i] / d h_t[b, j], (T, B, H, H), with h_0 the
        initial state; and norms, the largest singular value of each of them, (T, B).
    """
    raise NotImplementedError("write gradient_flow")

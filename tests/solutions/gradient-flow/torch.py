# rnncheck: gradient-flow
"""Gradient flow in PyTorch."""

import torch


def run(params, x, h):
    """Return h after each step."""
    states = []
    for x_t in x:
        a = x_t @ params["weight_ih"].T + h @ params["weight_hh"].T + params["bias"]
        h = torch.tanh(a)
        states.append(h)
    return states


def gradient_flow(params, x, h0):
    """Multiply the Jacobians of single steps from the end backward."""
    h = torch.stack(run(params, x, h0))
    steps = (1 - h**2)[..., None] * params["weight_hh"]  # (T, B, H, H)
    jacobians = [steps[-1]]
    for step in steps[:-1].flip(0):
        jacobians.insert(0, jacobians[0] @ step)
    jacobians = torch.stack(jacobians)
    return jacobians, torch.linalg.matrix_norm(jacobians, ord=2)

# rnncheck: optimisers
"""Epsilon under the root."""

import torch


def sgd_step(parameter, gradient, rate):
    """Step against the gradient."""
    return parameter - rate * gradient


def adam_step(parameter, gradient, m, v, t, rate, beta1, beta2, epsilon):
    """Step along the corrected mean."""
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    parameter = parameter - rate * m_hat / torch.sqrt(v_hat + epsilon)
    return parameter, m, v

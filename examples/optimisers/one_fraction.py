# rnncheck: optimisers
"""Adam with both corrections in the rate."""

import numpy as np


def sgd_step(parameter, gradient, rate):
    """Step against the gradient."""
    return parameter - rate * gradient


def adam_step(parameter, gradient, m, v, t, rate, beta1, beta2, epsilon):
    """Step along the corrected mean."""
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    root = np.sqrt(1 - beta2**t)
    step = rate * root / (1 - beta1**t)
    parameter = parameter - step * m / (np.sqrt(v) + epsilon * root)
    return parameter, m, v

# rnncheck: clipping
"""Clipping with branches."""

import math

import numpy as np


def clip_by_value(gradient, low, high):
    """Replace what is outside."""
    clipped = gradient.copy()
    clipped[clipped < low] = low
    clipped[clipped > high] = high
    return clipped


def clip_by_norm(gradient, limit):
    """Scale only what is too long."""
    norm = math.sqrt(np.sum(gradient**2))
    if norm <= limit:
        return gradient
    return gradient / norm * limit


def clip_by_global_norm(gradients, limit):
    """Scale all only if they are too long together."""
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    if norm <= limit:
        return gradients, norm
    return {name: g * (limit / norm) for name, g in gradients.items()}, norm

# rnncheck: clipping
"""Each gradient scaled by its own norm."""

import numpy as np


def clip_by_value(gradient, low, high):
    """Clip each element."""
    return np.clip(gradient, low, high)


def clip_by_norm(gradient, limit):
    """Scale one gradient."""
    return gradient * (limit / max(np.linalg.norm(gradient), limit))


def clip_by_global_norm(gradients, limit):
    """Scale all by one factor."""
    norm = np.sqrt(sum((g * g).sum() for g in gradients.values()))
    return {
        name: g * (limit / max(np.linalg.norm(g), limit)) for name, g in gradients.items()
    }, norm

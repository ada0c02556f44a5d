# rnncheck: clipping
"""Scaled to the limit, also from below."""

import torch


def clip_by_value(gradient, low, high):
    """Clip each element."""
    return torch.clamp(gradient, low, high)


def clip_by_norm(gradient, limit):
    """Scale one gradient."""
    return gradient * (limit / gradient.norm().clamp(min=1e-300))


def clip_by_global_norm(gradients, limit):
    """Scale all by one factor."""
    norm = torch.sqrt(sum((g * g).sum() for g in gradients.values()))
    return {name: g * (limit / norm.clamp(min=1e-300)) for name, g in gradients.items()}, norm

# rnncheck: losses-over-time
"""Losses over time in PyTorch."""

import torch


def cross_entropy(logits, targets, mask):
    """Average what the steps that count cost."""
    each = -torch.log_softmax(logits, dim=-1).gather(2, targets[:, :, None])[:, :, 0]
    return each[mask].sum() / mask.sum()

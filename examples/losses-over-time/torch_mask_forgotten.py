# rnncheck: losses-over-time
"""PyTorch's own function on all steps, whatever the mask says."""

import torch


def cross_entropy(logits, targets, mask):
    """Compute the loss."""
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())

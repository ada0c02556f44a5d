# rnncheck: losses-over-time
"""Cross-entropy with one-hot targets and weights of zero and one."""

import numpy as np


def _shares(logits):
    large = np.exp(logits - np.max(logits, axis=2, keepdims=True))
    return large / np.sum(large, axis=2, keepdims=True)


def cross_entropy(logits, targets, mask):
    """Compute the loss."""
    weights = mask / np.sum(mask)
    top = np.max(logits, axis=2)
    total = top + np.log(np.sum(np.exp(logits - top[:, :, None]), axis=2))
    hot = np.eye(logits.shape[2])[targets]
    return np.sum(weights * (total - np.sum(hot * logits, axis=2)))


def cross_entropy_backward(logits, targets, mask, d_loss):
    """Compute the gradient of the logits."""
    weights = d_loss * mask / np.sum(mask)
    hot = np.eye(logits.shape[2])[targets]
    return weights[:, :, None] * (_shares(logits) - hot)

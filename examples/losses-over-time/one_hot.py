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


def _log_shares(logits):
    return np.log(_shares(logits[None]))[0]


def squared_error(outputs, targets, t_min, t_max):
    """Average over the window."""
    window = slice(t_min, t_max + 1)
    return ((outputs[window] - targets[window]) ** 2).mean()


def squared_error_backward(outputs, targets, t_min, t_max, d_loss):
    """Twice the difference, inside of the window."""
    window = slice(t_min, t_max + 1)
    d_outputs = np.zeros_like(outputs)
    difference = outputs[window] - targets[window]
    d_outputs[window] = d_loss * 2 * difference / difference.size
    return d_outputs


def last_cross_entropy(logits, targets, lengths):
    """Average what the last steps cost."""
    rows = np.arange(len(targets))
    last = logits[lengths - 1, rows]  # (B, O)
    return -_log_shares(last)[rows, targets].mean()


def last_cross_entropy_backward(logits, targets, lengths, d_loss):
    """Softmax minus one-hot, at the last steps."""
    rows = np.arange(len(targets))
    slope = np.exp(_log_shares(logits[lengths - 1, rows]))
    slope[rows, targets] -= 1
    d_logits = np.zeros_like(logits)
    d_logits[lengths - 1, rows] = d_loss * slope / len(targets)
    return d_logits

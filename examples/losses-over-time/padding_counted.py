# rnncheck: losses-over-time
"""The mean is taken over all steps, padding among them."""

import numpy as np


def _log_shares(logits):
    small = logits - logits.max(axis=-1, keepdims=True)
    return small - np.log(np.exp(small).sum(axis=-1, keepdims=True))


def cross_entropy(logits, targets, mask):
    """Compute the loss."""
    t, b = np.indices(targets.shape)
    return np.mean(-_log_shares(logits)[t, b, targets] * mask)


def cross_entropy_backward(logits, targets, mask, d_loss):
    """Compute the gradient of the logits."""
    t, b = np.indices(targets.shape)
    slope = np.exp(_log_shares(logits))
    slope[t, b, targets] -= 1
    return d_loss * slope * mask[:, :, None] / mask.size


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

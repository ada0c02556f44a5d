# rnncheck: losses-over-time
"""Losses over time in NumPy."""

import numpy as np


def log_softmax(logits):
    """Return logits - log sum exp(logits) along the last axis."""
    small = logits - logits.max(axis=-1, keepdims=True)
    return small - np.log(np.exp(small).sum(axis=-1, keepdims=True))


def cross_entropy(logits, targets, mask):
    """Average what the steps that count cost."""
    each = -np.take_along_axis(log_softmax(logits), targets[:, :, None], axis=2)[:, :, 0]
    return each[mask].sum() / mask.sum()


def cross_entropy_backward(logits, targets, mask, d_loss):
    """Softmax minus one-hot, where a step counts."""
    slope = np.exp(log_softmax(logits)) - np.eye(logits.shape[2])[targets]
    return d_loss * np.where(mask[:, :, None], slope, 0) / mask.sum()


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
    return -log_softmax(last)[rows, targets].mean()


def last_cross_entropy_backward(logits, targets, lengths, d_loss):
    """Softmax minus one-hot, at the last steps."""
    rows = np.arange(len(targets))
    slope = np.exp(log_softmax(logits[lengths - 1, rows]))
    slope[rows, targets] -= 1
    d_logits = np.zeros_like(logits)
    d_logits[lengths - 1, rows] = d_loss * slope / len(targets)
    return d_logits

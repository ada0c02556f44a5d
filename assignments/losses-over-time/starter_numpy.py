# rnncheck: losses-over-time
"""Losses over time in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_losses_over_time.py
"""

import numpy as np  # noqa: F401 (you will need it)


def cross_entropy(logits, targets, mask):
    """Compute the softmax cross-entropy, averaged over the steps that count.

        e[t, b] = log(sum_o exp(logits[t, b, o])) - logits[t, b, targets[t, b]]
        loss    = (sum of e[t, b] where mask[t, b]) / (number of such steps)

    Args:
        logits: (T, B, O), of any size: a thousand must not overflow.
        targets: class numbers from 0 to O - 1, whole numbers, (T, B).
        mask: which steps count, bool, (T, B); there is at least one.

    Returns:
        The loss, one number.
    """
    raise NotImplementedError("write cross_entropy")


def cross_entropy_backward(logits, targets, mask, d_loss):
    """Compute the gradient of d_loss * loss.

    Args:
        logits: as above.
        targets: as above.
        mask: as above.
        d_loss: the upstream gradient of the loss, one number.

    Returns:
        The gradient of the logits, (T, B, O), exactly zero where a step does not count.
    """
    raise NotImplementedError("write cross_entropy_backward")


def squared_error(outputs, targets, t_min, t_max):
    """Compute the mean squared error of the steps from t_min to t_max, both included.

        e[t, b] = (1 / O) * sum_o (outputs[t, b, o] - targets[t, b, o]) ** 2
        loss    = mean of e[t, b] over the window's steps and all rows

    Args:
        outputs: (T, B, O).
        targets: (T, B, O).
        t_min: the window's first step, counted from 0.
        t_max: its last step.

    Returns:
        The loss, one number.
    """
    raise NotImplementedError("write squared_error")


def squared_error_backward(outputs, targets, t_min, t_max, d_loss):
    """Compute the gradient of d_loss * loss.

    Args are those of squared_error, and the upstream gradient of the loss, one number.

    Returns:
        The gradient of the outputs, (T, B, O), exactly zero at every step that the loss leaves out.
    """
    raise NotImplementedError("write squared_error_backward")


def last_cross_entropy(logits, targets, lengths):
    """Compute the softmax cross-entropy of each row's last step, averaged over the rows.

    Args:
        logits: (T, B, O), of any size.
        targets: a class number for each row, from 0 to O - 1, (B,).
        lengths: how many steps each row has, from 1 to T, (B,).

    Returns:
        The loss, one number.
    """
    raise NotImplementedError("write last_cross_entropy")


def last_cross_entropy_backward(logits, targets, lengths, d_loss):
    """Compute the gradient of d_loss * loss.

    Args are those of last_cross_entropy, and the upstream gradient of the loss, one number.

    Returns:
        The gradient of the logits, (T, B, O), exactly zero at every step that the loss leaves out.
    """
    raise NotImplementedError("write last_cross_entropy_backward")

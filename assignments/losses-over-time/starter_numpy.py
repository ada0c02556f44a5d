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

# rnncheck: losses-over-time
"""Losses over time in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_losses_over_time.py
"""

import torch  # noqa: F401 (you will need it)


def cross_entropy(logits, targets, mask):
    """Compute the softmax cross-entropy, averaged over the steps that count.

        e[t, b] = log(sum_o exp(logits[t, b, o])) - logits[t, b, targets[t, b]]
        loss    = (sum of e[t, b] where mask[t, b]) / (number of such steps)

    Autograd takes the gradient, which is exactly zero where a step does not count.

    Args:
        logits: a tensor (T, B, O), of any size: a thousand must not overflow.
        targets: class numbers from 0 to O - 1, int64, (T, B).
        mask: which steps count, bool, (T, B); there is at least one.

    Returns:
        The loss, a tensor without axes.
    """
    raise NotImplementedError("write cross_entropy")

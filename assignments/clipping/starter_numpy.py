# rnncheck: clipping
"""Clipping in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_clipping.py
"""

import numpy as np  # noqa: F401 (you will need it)


def clip_by_value(gradient, low, high):
    """Hold every element between low and high.

    Args:
        gradient: (H, D).
        low: a number.
        high: a number, not below low.

    Returns:
        The clipped gradient, (H, D).
    """
    raise NotImplementedError("write clip_by_value")


def clip_by_norm(gradient, limit):
    """Scale a gradient whose norm is above the limit, so that its norm is the limit.

    The norm is the square root of the sum of the squares of all elements.

    Args:
        gradient: (H, D).
        limit: a number above 0.

    Returns:
        The clipped gradient, (H, D); one whose norm is not above the limit comes back as it is.
    """
    raise NotImplementedError("write clip_by_norm")


def clip_by_global_norm(gradients, limit):
    """Scale all gradients by one factor, so that their joint norm is at most the limit.

    Args:
        gradients: a dict: "weight", (H, D), and "bias", (H,).
        limit: a number above 0.

    Returns:
        A dict of the clipped gradients with the same names, and the joint norm before clipping.
    """
    raise NotImplementedError("write clip_by_global_norm")

# rnncheck: optimisers
"""SGD and Adam in PyTorch.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_optimisers.py
"""

import torch  # noqa: F401 (you will need it)


def sgd_step(parameter, gradient, rate):
    """Take a step of gradient descent.

        parameter <- parameter - rate * gradient

    Args:
        parameter: a tensor (H, D).
        gradient: a tensor (H, D).
        rate: a number.

    Returns:
        The new parameter, (H, D).
    """
    raise NotImplementedError("write sgd_step")


def adam_step(parameter, gradient, m, v, t, rate, beta1, beta2, epsilon):
    """Take step t of Adam.

        m <- beta1 * m + (1 - beta1) * gradient
        v <- beta2 * v + (1 - beta2) * gradient ** 2
        m_hat = m / (1 - beta1 ** t),  v_hat = v / (1 - beta2 ** t)
        parameter <- parameter - rate * m_hat / (sqrt(v_hat) + epsilon)

    Args:
        parameter: a tensor (H, D).
        gradient: a tensor (H, D).
        m: the running mean of the gradient before the step, (H, D).
        v: that of its square, (H, D).
        t: which step it is, counted from 1.
        rate: a number, as are beta1, beta2 and epsilon.
        beta1: how much of m is kept.
        beta2: how much of v is kept.
        epsilon: keeps the division from zero.

    Returns:
        The new parameter, the new m and the new v.
    """
    raise NotImplementedError("write adam_step")

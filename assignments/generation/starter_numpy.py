# rnncheck: generation
"""Generation in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_generation.py
"""

import numpy as np  # noqa: F401 (you will need it)


def generate(params, h0, first, end, most):
    """Write tokens until each row ends.

    Args:
        params: a dict: weight_ih (H, V), weight_hh (H, H) and bias (H,) of an Elman network,
            h_t = tanh(weight_ih x_t + weight_hh h_{t-1} + bias), and its output layer, weight_ho
            (V, H) and bias_o (V,).
        h0: the initial state, (B, H).
        first: the token that each row reads at its first step, whole numbers, (B,).
        end: the token that ends a row.
        most: how many steps there are at most.

    Returns:
        tokens, whole numbers (most, B), -1 past the end of a row; and lengths, how many tokens each
        row has, the end token among them, (B,).
    """
    raise NotImplementedError("write generate")

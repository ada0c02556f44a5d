# rnncheck: sequence-to-vector
"""A sequence to a vector in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_sequence_to_vector.py
"""

import numpy as np  # noqa: F401 (you will need it)


def sequence_to_vector(params, x, h0, lengths):
    """Read each row up to its length.

    Args:
        params: a dict: weight_ih (H, D), weight_hh (H, H) and bias (H,) of an Elman network,
            h_t = tanh(weight_ih x_t + weight_hh h_{t-1} + bias).
        x: inputs, (T, B, D); what they hold past a row's length does not count.
        h0: the initial state, (B, H).
        lengths: how many steps each row has, from 1 to T, (B,).

    Returns:
        The state after each row's last step, (B, H).
    """
    raise NotImplementedError("write sequence_to_vector")


def sequence_to_vector_backward(params, x, h0, lengths, d_vector):
    """Compute the gradients of sum(d_vector * vector).

    Args:
        params: a dict: weight_ih (H, D), weight_hh (H, H) and bias (H,) of an Elman network,
            h_t = tanh(weight_ih x_t + weight_hh h_{t-1} + bias).
        x: inputs, (T, B, D); what they hold past a row's length does not count.
        h0: the initial state, (B, H).
        lengths: how many steps each row has, from 1 to T, (B,).
        d_vector: the upstream gradient, (B, H).

    Returns:
        d_params, a dict with the names and shapes of params; d_x, (T, B, D); and d_h0, (B, H).
    """
    raise NotImplementedError("write sequence_to_vector_backward")

# rnncheck: jordan-backward
"""A Jordan network over a sequence, forward and backward, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_jordan_backward.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence; the memory is the output.

        h_t = tanh(W_ih x_t + b_ih + W_hh y_{t-1} + b_hh)
        y_t = tanh(W_ho h_t + b_o)

    Args:
        params: a dict of arrays: weight_ih (H, D), weight_hh (H, O), bias_ih (H,), bias_hh (H,),
            and of the output layer weight_ho (O, H) and bias_o (O,).
        x: inputs, (T, B, D): time first.
        state: the initial memory y, (B, O).

    Returns:
        The outputs, which are y of every step, (T, B, O), the final state y, and a
        cache: anything that backward will need.
    """
    raise NotImplementedError("write forward")


def backward(cache, d_outputs, d_state):
    """Backpropagate through time.

    The loss is L = sum(d_outputs * outputs) + sum(d_state * final state): upstream gradients
    arrive at every output and at the final state. Gradients are summed over time and batch.

    Args:
        cache: what forward returned third.
        d_outputs: gradient of the outputs, (T, B, O).
        d_state: gradient of the final state, dy, (B, O).

    Returns:
        d_params, a dict with the names and shapes of params; d_x, (T, B, D); and the gradient of
        the initial state, dy0.
    """
    raise NotImplementedError("write backward")

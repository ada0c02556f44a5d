# rnncheck: jordan
"""A Jordan network over a sequence, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_jordan.py
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
        The outputs, which are y of every step, (T, B, O), and the final state y.
    """
    raise NotImplementedError("write forward")

# rnncheck: elman-dense
"""An Elman network with a dense layer over time, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_dense.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence.

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)   hidden state
        y_t = tanh(W_ho h_t + b_o)                          output

    Args:
        params: a dict of arrays: weight_ih (H, D), weight_hh (H, H), bias_ih (H,), bias_hh (H,),
            weight_ho (O, H) and bias_o (O,).
        x: inputs, (T, B, D): time first.
        state: the initial hidden state h, (B, H).

    Returns:
        The outputs, which are y of every step, (T, B, O), and the final hidden state h, (B, H).
    """
    raise NotImplementedError("write forward")

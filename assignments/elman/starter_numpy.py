# rnncheck: elman
"""An Elman network over a sequence, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence.

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    Args:
        params: a dict of arrays: weight_ih (H, D), weight_hh (H, H), bias_ih (H,)
            and bias_hh (H,).
        x: inputs, (T, B, D): time first.
        state: the initial hidden state h, (B, H).

    Returns:
        The outputs, which are h of every step, (T, B, H), and the final state h.
    """
    raise NotImplementedError("write forward")

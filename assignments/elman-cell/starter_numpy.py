# rnncheck: elman-cell
"""One step of an Elman network, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_cell.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute one step.

        h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)

    Args:
        params: a dict of arrays: weight_ih (H, D), weight_hh (H, H), bias_ih (H,)
            and bias_hh (H,).
        x: inputs of this step, (B, D).
        state: h, (B, H).

    Returns:
        The output, which is the new h, (B, H), and the new state h.
    """
    raise NotImplementedError("write forward")

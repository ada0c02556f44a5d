# rnncheck: rtrl
"""RTRL in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_rtrl.py
"""

import numpy as np  # noqa: F401 (you will need it)


def rtrl(params, x, h0, d_outputs):
    """Carry the influence of every weight forward in time.

    Args:
        params: a dict: weight_ih (H, D), weight_hh (H, H) and bias (H,) of an Elman network,
            h_t = tanh(weight_ih x_t + weight_hh h_{t-1} + bias). Its outputs are h of every step.
        x: inputs, (T, B, D).
        h0: the initial state, (B, H).
        d_outputs: the upstream gradient of every output, (T, B, H).

    Returns:
        d_params, the gradients of sum(d_outputs * outputs), a dict with the names and shapes of
        params; and influence, d h_T[b, i] / d weight_hh[j, k], (B, H, H, H).
    """
    raise NotImplementedError("write rtrl")

# rnncheck: elman-kernel
"""An Elman network with one kernel, in NumPy.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_kernel.py
"""

import numpy as np  # noqa: F401 (you will need it)


def forward(params, x, state):
    """Compute the whole sequence.

        h_t = tanh([x_t, h_{t-1}] K + b)

    Args:
        params: a dict of arrays: kernel K (D+H, H), its first D rows for x and the others for h,
            and bias b (H,).
        x: inputs, (T, B, D): time first.
        state: the initial hidden state h, (B, H).

    Returns:
        The outputs, which are h of every step, (T, B, H), and the final state h.
    """
    raise NotImplementedError("write forward")

"""The state is joined before the input."""

import numpy as np


def forward(params, x, state):
    """Return h of every step and the last h."""
    h = state
    outputs = []
    for x_t in x:
        h = np.tanh(np.concatenate([h, x_t], axis=1) @ params["kernel"] + params["bias"])
        outputs.append(h)
    return np.stack(outputs), h

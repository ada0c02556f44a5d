"""The dense layer reads h before the step."""

import numpy as np


def forward(params, x, state):
    """Return y of every step and the last h."""
    h = state
    outputs = []
    for x_t in x:
        outputs.append(np.tanh(h @ params["weight_ho"].T + params["bias_o"]))
        a = x_t @ params["weight_ih"].T + params["bias_ih"]
        h = np.tanh(a + h @ params["weight_hh"].T + params["bias_hh"])
    return np.stack(outputs), h

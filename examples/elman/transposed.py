"""Wrong: the recurrent weights are transposed."""

import numpy as np


def forward(params, x, state):
    """Run the network over x."""
    h = state
    outputs = np.zeros((len(x), *state.shape), dtype=state.dtype)
    for t in range(len(x)):
        a = x[t] @ params["weight_ih"].T + h @ params["weight_hh"]
        h = np.tanh(a + params["bias_ih"] + params["bias_hh"])
        outputs[t] = h
    return outputs, h

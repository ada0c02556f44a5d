"""Wrong: divides by the output before, which is zero at the first step."""

import numpy as np


def forward(params, x, state):
    """Run the network over x."""
    h = state
    outputs = np.zeros((len(x), *state.shape), dtype=state.dtype)
    for t in range(len(x)):
        a = x[t] @ params["weight_ih"].T + h @ params["weight_hh"].T
        h = np.tanh(a + params["bias_ih"] + params["bias_hh"])
        outputs[t] = h * outputs[t - 1] / outputs[t - 1]
    return outputs, h

"""Wrong: the memory holds the output before its tanh."""

import numpy as np


def forward(params, x, state):
    """Run the network over x."""
    memory = state
    outputs = np.zeros((len(x), *state.shape), dtype=state.dtype)
    for t in range(len(x)):
        a = x[t] @ params["weight_ih"].T + params["bias_ih"]
        h = np.tanh(a + memory @ params["weight_hh"].T + params["bias_hh"])
        memory = h @ params["weight_ho"].T + params["bias_o"]
        outputs[t] = np.tanh(memory)
    return outputs, memory

"""Right: but writes into the arguments, which rnncheck mentions."""

import numpy as np


def forward(params, x, state):
    """Run the network over x."""
    params["bias_ih"] += params["bias_hh"]
    outputs = np.zeros((len(x), *state.shape), dtype=state.dtype)
    for t in range(len(x)):
        state[:] = np.tanh(
            x[t] @ params["weight_ih"].T + state @ params["weight_hh"].T + params["bias_ih"]
        )
        outputs[t] = state
    return outputs, state

"""Right: backpropagation through time as in a textbook."""

import numpy as np


def forward(params, x, state):
    """Run the network over x; remember everything."""
    hs, ys = [], [state]
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"]
        hs.append(np.tanh(a + ys[-1] @ params["weight_hh"].T + params["bias_hh"]))
        ys.append(np.tanh(hs[-1] @ params["weight_ho"].T + params["bias_o"]))
    outputs = np.array(ys[1:]).reshape(len(x), *state.shape)
    return outputs, ys[-1], (params, x, hs, ys)


def backward(cache, d_outputs, d_state):
    """Go back through time."""
    params, x, hs, ys = cache
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    d_x = np.zeros_like(x)
    dy = d_state
    for t in reversed(range(len(x))):
        do = (dy + d_outputs[t]) * (1 - ys[t + 1] ** 2)
        grads["weight_ho"] += do.T @ hs[t]
        grads["bias_o"] += do.sum(axis=0)
        da = (do @ params["weight_ho"]) * (1 - hs[t] ** 2)
        grads["weight_ih"] += da.T @ x[t]
        grads["weight_hh"] += da.T @ ys[t]
        grads["bias_ih"] += da.sum(axis=0)
        grads["bias_hh"] += da.sum(axis=0)
        d_x[t] = da @ params["weight_ih"]
        dy = da @ params["weight_hh"]
    return grads, d_x, dy

"""Wrong: the bias gradients have shape (1, H)."""

import numpy as np


def forward(params, x, state):
    """Run the network over x; remember everything."""
    hs = [state]
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"]
        hs.append(np.tanh(a + hs[-1] @ params["weight_hh"].T + params["bias_hh"]))
    return np.stack(hs[1:]), hs[-1], (params, x, hs)


def backward(cache, d_outputs, d_state):
    """Go back through time."""
    params, x, hs = cache
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    for name in ("bias_ih", "bias_hh"):
        grads[name] = grads[name][np.newaxis]
    d_x = np.zeros_like(x)
    dh = d_state
    for t in reversed(range(len(x))):
        dh = dh + d_outputs[t]
        da = dh * (1 - hs[t + 1] ** 2)
        grads["weight_ih"] += da.T @ x[t]
        grads["weight_hh"] += da.T @ hs[t]
        grads["bias_ih"] += da.sum(axis=0, keepdims=True)
        grads["bias_hh"] += da.sum(axis=0, keepdims=True)
        d_x[t] = da @ params["weight_ih"]
        dh = da @ params["weight_hh"]
    return grads, d_x, dh

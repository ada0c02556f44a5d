"""Right: uses up its cache and changes d_state in place."""

import numpy as np


def forward(params, x, state):
    """Run the network over x; stack up what backward needs."""
    h, outputs, stack = state, np.zeros((len(x), *state.shape), dtype=state.dtype), []
    for t in range(len(x)):
        new = np.tanh(
            x[t] @ params["weight_ih"].T
            + h @ params["weight_hh"].T
            + params["bias_ih"]
            + params["bias_hh"]
        )
        stack.append((x[t], h, new))
        outputs[t] = h = new
    return outputs, h, {"params": params, "stack": stack}


def backward(cache, d_outputs, d_state):
    """Go back through time, emptying the stack."""
    params, stack = cache["params"], cache["stack"]
    d_params = dict.fromkeys(params, 0.0)
    d_x = [None] * len(stack)
    while stack:
        x, h, new = stack.pop()
        d_state += d_outputs[len(stack)]
        da = d_state * (1 - new * new)
        d_params["weight_ih"] = d_params["weight_ih"] + da.T @ x
        d_params["weight_hh"] = d_params["weight_hh"] + da.T @ h
        d_params["bias_ih"] = d_params["bias_hh"] = d_params["bias_ih"] + da.sum(0)
        d_x[len(stack)] = da @ params["weight_ih"]
        d_state[:] = da @ params["weight_hh"]
    return d_params, np.array(d_x), d_state

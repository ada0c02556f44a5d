"""Wrong: what is kept is not divided by the keep probability."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state, masks=None, keep=None):
    """Run the LSTM over x; remember everything."""
    h, c = state
    ones = {"input": np.ones_like(x), "output": np.ones((len(x), *h.shape), h.dtype)}
    ones["state"] = ones["output"]
    drop = {n: masks[n] for n in masks} if masks else ones
    outputs, cache = [], []
    for t in range(len(x)):
        read = x[t] * drop["input"][t]
        a = read @ params["weight_ih"].T + params["bias_ih"]
        i, f, g, o = np.split(a + h @ params["weight_hh"].T + params["bias_hh"], 4, axis=1)
        i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
        old = h, c
        c = f * c + i * g
        full = o * np.tanh(c)
        cache.append((read, *old, i, f, g, o, c))
        outputs.append(full * drop["output"][t])
        h = full * drop["state"][t]
    return np.array(outputs), (h, c), (params, drop, cache)


def backward(cache, d_outputs, d_state):
    """Go back through time and through the masks."""
    params, drop, steps = cache
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    d_x = np.zeros_like(drop["input"])
    dh, dc = d_state
    for t in reversed(range(len(steps))):
        x, h_old, c_old, i, f, g, o, c = steps[t]
        dh = dh * drop["state"][t] + d_outputs[t] * drop["output"][t]
        dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        parts = (
            dc * g * i * (1 - i),
            dc * c_old * f * (1 - f),
            dc * i * (1 - g**2),
            dh * np.tanh(c) * o * (1 - o),
        )
        da = np.hstack(parts)
        grads["weight_ih"] += da.T @ x
        grads["weight_hh"] += da.T @ h_old
        grads["bias_ih"] += da.sum(axis=0)
        grads["bias_hh"] += da.sum(axis=0)
        d_x[t] = da @ params["weight_ih"] * drop["input"][t]
        dh, dc = da @ params["weight_hh"], dc * f
    return grads, d_x, (dh, dc)

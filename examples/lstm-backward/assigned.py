"""Wrong: = where += is needed, so only the first step counts."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the LSTM over x; remember everything."""
    h, c = state
    outputs, cache = np.zeros((len(x), *h.shape), dtype=h.dtype), []
    for t in range(len(x)):
        a = x[t] @ params["weight_ih"].T + params["bias_ih"]
        i, f, g, o = np.split(a + h @ params["weight_hh"].T + params["bias_hh"], 4, axis=1)
        i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
        old = h, c
        c = f * c + i * g
        h = o * np.tanh(c)
        cache.append((x[t], *old, i, f, g, o, c))
        outputs[t] = h
    return outputs, (h, c), (params, cache)


def backward(cache, d_outputs, d_state):
    """Go back through time."""
    params, steps = cache
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    d_x = np.zeros((*d_outputs.shape[:2], params["weight_ih"].shape[1]), d_outputs.dtype)
    dh, dc = d_state
    for t in reversed(range(len(steps))):
        x, h_old, c_old, i, f, g, o, c = steps[t]
        dh = dh + d_outputs[t]
        da_c = dc + dh * o * (1 - np.tanh(c) ** 2)
        da = np.hstack(
            [
                da_c * g * i * (1 - i),
                da_c * c_old * f * (1 - f),
                da_c * i * (1 - g**2),
                dh * np.tanh(c) * o * (1 - o),
            ]
        )
        grads["weight_ih"] = da.T @ x
        grads["weight_hh"] = da.T @ h_old
        grads["bias_ih"] = da.sum(axis=0)
        grads["bias_hh"] = da.sum(axis=0)
        d_x[t] = da @ params["weight_ih"]
        dh = da @ params["weight_hh"]
        dc = da_c * f
    return grads, d_x, (dh, dc)

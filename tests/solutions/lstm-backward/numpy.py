"""Reference solution: an LSTM in NumPy, forward and backward through time."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Return h of every step (T, B, H), the last (h, c) and a cache."""
    h, c = state
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)  # (T, B, H)
    steps = []
    for t, x_t in enumerate(x):
        a = x_t @ params["weight_ih"].T + params["bias_ih"]  # (B, 4H)
        a = a + h @ params["weight_hh"].T + params["bias_hh"]
        i, f, g, o = np.split(a, 4, axis=1)  # each (B, H)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c_new = f * c + i * g
        steps.append((x_t, h, c, i, f, g, o, np.tanh(c_new)))
        h, c = o * np.tanh(c_new), c_new
        outputs[t] = h
    return outputs, (h, c), (params, x, steps)


def backward(cache, d_outputs, d_state):
    """Return d_params, d_x (T, B, D) and (dh0, dc0), each (B, H)."""
    params, x, steps = cache
    d_params = {name: np.zeros_like(array) for name, array in params.items()}
    d_x = np.zeros_like(x)
    dh, dc = d_state
    for t in reversed(range(len(x))):
        x_t, h, c, i, f, g, o, tanh_c = steps[t]
        dh = dh + d_outputs[t]
        dc = dc + dh * o * (1.0 - tanh_c**2)
        di, df, dg, do = dc * g, dc * c, dc * i, dh * tanh_c
        da = np.concatenate(
            [di * i * (1.0 - i), df * f * (1.0 - f), dg * (1.0 - g**2), do * o * (1.0 - o)], axis=1
        )  # (B, 4H)
        d_params["weight_ih"] += da.T @ x_t
        d_params["weight_hh"] += da.T @ h
        d_params["bias_ih"] += da.sum(axis=0)
        d_params["bias_hh"] += da.sum(axis=0)
        d_x[t] = da @ params["weight_ih"]
        dh, dc = da @ params["weight_hh"], dc * f
    return d_params, d_x, (dh, dc)

"""Reference solution: an LSTM with dropout in NumPy, forward and backward through time."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def factor(masks, keep, name):
    """Return by what a mask multiplies, (T, B, W); 1 at every step outside training."""
    return masks[name] / keep[name] if masks else None


def times(values, factors, t):
    """Return values times their factor at a step."""
    return values if factors is None else values * factors[t]


def forward(params, x, state, masks=None, keep=None):
    """Return the outputs (T, B, H), the last (h, c) and a cache."""
    h, c = state
    drop_x, drop_out, drop_h = (factor(masks, keep, n) for n in ("input", "output", "state"))
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)  # (T, B, H)
    steps = []
    for t in range(len(x)):
        x_t = times(x[t], drop_x, t)
        a = x_t @ params["weight_ih"].T + params["bias_ih"]  # (B, 4H)
        a = a + h @ params["weight_hh"].T + params["bias_hh"]
        i, f, g, o = np.split(a, 4, axis=1)  # each (B, H)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c_new = f * c + i * g
        steps.append((x_t, h, c, i, f, g, o, np.tanh(c_new)))
        whole, c = o * np.tanh(c_new), c_new
        outputs[t] = times(whole, drop_out, t)
        h = times(whole, drop_h, t)
    return outputs, (h, c), (params, x, steps, drop_x, drop_out, drop_h)


def backward(cache, d_outputs, d_state):
    """Return d_params, d_x (T, B, D) and (dh0, dc0), each (B, H)."""
    params, x, steps, drop_x, drop_out, drop_h = cache
    d_params = {name: np.zeros_like(array) for name, array in params.items()}
    d_x = np.zeros_like(x)
    dh, dc = d_state
    for t in reversed(range(len(x))):
        x_t, h, c, i, f, g, o, tanh_c = steps[t]
        dh = times(dh, drop_h, t) + times(d_outputs[t], drop_out, t)
        dc = dc + dh * o * (1.0 - tanh_c**2)
        di, df, dg, do = dc * g, dc * c, dc * i, dh * tanh_c
        da = np.concatenate(
            [di * i * (1.0 - i), df * f * (1.0 - f), dg * (1.0 - g**2), do * o * (1.0 - o)], axis=1
        )  # (B, 4H)
        d_params["weight_ih"] += da.T @ x_t
        d_params["weight_hh"] += da.T @ h
        d_params["bias_ih"] += da.sum(axis=0)
        d_params["bias_hh"] += da.sum(axis=0)
        d_x[t] = times(da @ params["weight_ih"], drop_x, t)
        dh, dc = da @ params["weight_hh"], dc * f
    return d_params, d_x, (dh, dc)

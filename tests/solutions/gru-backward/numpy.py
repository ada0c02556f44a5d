"""Reference solution: a GRU in NumPy, forward and backward through time."""

import numpy as np


def sigmoid(a):
    """Return 1 / (1 + exp(-a)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Return h of every step (T, B, H), the last h (B, H) and a cache."""
    h = state
    outputs = np.zeros((len(x), *h.shape), dtype=h.dtype)  # (T, B, H)
    steps = []
    for t, x_t in enumerate(x):
        from_x = x_t @ params["weight_ih"].T + params["bias_ih"]  # (B, 3H)
        from_h = h @ params["weight_hh"].T + params["bias_hh"]
        r_x, z_x, n_x = np.split(from_x, 3, axis=1)  # each (B, H)
        r_h, z_h, n_h = np.split(from_h, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * n_h)
        steps.append((x_t, h, r, z, n, n_h))
        h = z * h + (1.0 - z) * n
        outputs[t] = h
    return outputs, h, (params, x, steps)


def backward(cache, d_outputs, d_state):
    """Return d_params, d_x (T, B, D) and dh0 (B, H)."""
    params, x, steps = cache
    d_params = {name: np.zeros_like(array) for name, array in params.items()}
    d_x = np.zeros_like(x)
    dh = d_state
    for t in reversed(range(len(x))):
        x_t, h, r, z, n, n_h = steps[t]
        dh = dh + d_outputs[t]
        dn = dh * (1.0 - z) * (1.0 - n**2)
        dz = dh * (h - n) * z * (1.0 - z)
        dr = dn * n_h * r * (1.0 - r)
        d_from_x = np.concatenate([dr, dz, dn], axis=1)  # (B, 3H)
        d_from_h = np.concatenate([dr, dz, dn * r], axis=1)  # (B, 3H)
        d_params["weight_ih"] += d_from_x.T @ x_t
        d_params["weight_hh"] += d_from_h.T @ h
        d_params["bias_ih"] += d_from_x.sum(axis=0)
        d_params["bias_hh"] += d_from_h.sum(axis=0)
        d_x[t] = d_from_x @ params["weight_ih"]
        dh = dh * z + d_from_h @ params["weight_hh"]
    return d_params, d_x, dh

"""Wrong: the derivative of the update gate's sigmoid is left out."""

import numpy as np


def _sigmoid(a):
    return 0.5 * (1.0 + np.tanh(0.5 * a))


def forward(params, x, state):
    """Run the GRU over x; remember everything."""
    h, hs, cache = state, [], []
    for x_t in x:
        a_r, a_z, a_n = np.split(x_t @ params["weight_ih"].T + params["bias_ih"], 3, axis=1)
        b_r, b_z, b_n = np.split(h @ params["weight_hh"].T + params["bias_hh"], 3, axis=1)
        r, z = _sigmoid(a_r + b_r), _sigmoid(a_z + b_z)
        n = np.tanh(a_n + r * b_n)
        cache.append((x_t, h, r, z, n, b_n))
        h = z * h + (1 - z) * n
        hs.append(h)
    return np.stack(hs), h, (params, cache)


def backward(cache, d_outputs, d_state):
    """Go back through time."""
    params, steps = cache
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    d_x = []
    dh = d_state
    for d_output, (x, h, r, z, n, b_n) in zip(d_outputs[::-1], steps[::-1], strict=True):
        dh = dh + d_output
        dn = dh * (1 - z) * (1 - n**2)
        dz = dh * (h - n)
        dr = dn * b_n * r * (1 - r)
        da = np.hstack([dr, dz, dn])
        db = np.hstack([dr, dz, dn * r])
        grads["weight_ih"] += da.T @ x
        grads["weight_hh"] += db.T @ h
        grads["bias_ih"] += da.sum(axis=0)
        grads["bias_hh"] += db.sum(axis=0)
        d_x.append(da @ params["weight_ih"])
        dh = dh * z + db @ params["weight_hh"]
    return grads, np.stack(d_x[::-1]), dh

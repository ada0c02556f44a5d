"""Right: gate by gate, as in a book."""

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
    """Go back through time, gate by gate."""
    params, steps = cache
    n = d_outputs.shape[2]
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    d_x = np.zeros((*d_outputs.shape[:2], params["weight_ih"].shape[1]), d_outputs.dtype)
    dh_next, dc_next = d_state
    for t in range(len(steps) - 1, -1, -1):
        x, h_old, c_old, i, f, g, o, c = steps[t]
        dh = d_outputs[t] + dh_next
        tanh_c = np.tanh(c)
        dc = dc_next + dh * o * (1 - tanh_c**2)
        gates = [dc * g * i * (1 - i), dc * c_old * f * (1 - f)]
        gates += [dc * i * (1 - g**2), dh * tanh_c * o * (1 - o)]
        dh_next = np.zeros_like(dh)
        for k, da in enumerate(gates):
            rows = slice(k * n, (k + 1) * n)
            grads["weight_ih"][rows] += np.dot(da.T, x)
            grads["weight_hh"][rows] += np.dot(da.T, h_old)
            grads["bias_ih"][rows] += np.sum(da, axis=0)
            grads["bias_hh"][rows] += np.sum(da, axis=0)
            d_x[t] += np.dot(da, params["weight_ih"][rows])
            dh_next += np.dot(da, params["weight_hh"][rows])
        dc_next = dc * f
    return grads, d_x, [dh_next, dc_next]

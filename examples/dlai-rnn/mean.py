# rnncheck: dlai-rnn
"""Wrong: the gradient of the bias is a mean over the batch."""

import numpy as np


def softmax(x):
    """Softmax over the first axis."""
    powers = np.exp(x - x.max(axis=0))
    return powers / powers.sum(axis=0)


def rnn_cell_forward(xt, a_prev, parameters):
    """One step: xt (n_x, m), a_prev (n_a, m)."""
    a = parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"]
    a_next = np.tanh(a)
    yt_pred = softmax(parameters["Wya"] @ a_next + parameters["by"])
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


def rnn_forward(x, a0, parameters):
    """All steps: x (n_x, m, T_x) to a (n_a, m, T_x)."""
    a, y, caches, now = [], [], [], a0
    for t in range(x.shape[2]):
        now, y_t, cache = rnn_cell_forward(x[:, :, t], now, parameters)
        a.append(now)
        y.append(y_t)
        caches.append(cache)
    return np.stack(a, axis=2), np.stack(y, axis=2), (caches, x)


def rnn_cell_backward(da_next, cache):
    """The gradients of one step."""
    a_next, a_prev, xt, parameters = cache
    d = da_next * (1 - a_next**2)
    return {
        "dxt": parameters["Wax"].T @ d,
        "da_prev": parameters["Waa"].T @ d,
        "dWax": d @ xt.T,
        "dWaa": d @ a_prev.T,
        "dba": d.mean(axis=1, keepdims=True),
    }


def rnn_backward(da, caches):
    """The gradients of all steps, given da (n_a, m, T_x)."""
    steps, _ = caches
    dx, total, da_prev = [], {"dWax": 0, "dWaa": 0, "dba": 0}, 0
    for t in reversed(range(da.shape[2])):
        found = rnn_cell_backward(da[:, :, t] + da_prev, steps[t])
        da_prev = found["da_prev"]
        dx.append(found["dxt"])
        total = {name: value + found[name] for name, value in total.items()}
    return {"dx": np.stack(dx[::-1], axis=2), "da0": da_prev, **total}

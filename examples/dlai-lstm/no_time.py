# rnncheck: dlai-lstm
"""Wrong: the gradient of a is not handed on to the step before."""

import numpy as np


def sigmoid(x):
    """The logistic function."""
    return 1 / (1 + np.exp(-x))


def softmax(x):
    """Softmax over the first axis."""
    powers = np.exp(x - x.max(axis=0))
    return powers / powers.sum(axis=0)


def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """One step: xt (n_x, m), a_prev and c_prev (n_a, m)."""
    concat = np.concatenate([a_prev, xt])
    ft = sigmoid(parameters["Wf"] @ concat + parameters["bf"])
    it = sigmoid(parameters["Wi"] @ concat + parameters["bi"])
    cct = np.tanh(parameters["Wc"] @ concat + parameters["bc"])
    ot = sigmoid(parameters["Wo"] @ concat + parameters["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    return (
        a_next,
        c_next,
        yt_pred,
        (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters),
    )


def lstm_forward(x, a0, parameters):
    """All steps: x (n_x, m, T_x) to a, y and c over time."""
    a, y, c, caches, now, cell = [], [], [], [], a0, np.zeros_like(a0)
    for t in range(x.shape[2]):
        now, cell, y_t, cache = lstm_cell_forward(x[:, :, t], now, cell, parameters)
        a.append(now)
        y.append(y_t)
        c.append(cell)
        caches.append(cache)
    return np.stack(a, axis=2), np.stack(y, axis=2), np.stack(c, axis=2), (caches, x)


def lstm_cell_backward(da_next, dc_next, cache):
    """The gradients of one step."""
    _, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    shown, concat, size = np.tanh(c_next), np.concatenate([a_prev, xt]), len(a_prev)
    dc = dc_next + da_next * ot * (1 - shown**2)
    gates = {
        "f": dc * c_prev * ft * (1 - ft),
        "i": dc * cct * it * (1 - it),
        "c": dc * it * (1 - cct**2),
        "o": da_next * shown * ot * (1 - ot),
    }
    back = sum(parameters[f"W{gate}"].T @ d for gate, d in gates.items())
    weights = {f"dW{gate}": d @ concat.T for gate, d in gates.items()}
    biases = {f"db{gate}": d.sum(axis=1, keepdims=True) for gate, d in gates.items()}
    return {"dxt": back[size:], "da_prev": back[:size], "dc_prev": dc * ft, **weights, **biases}


def lstm_backward(da, caches):
    """The gradients of all steps, given da (n_a, m, T_x)."""
    steps, _ = caches
    names = [f"d{kind}{gate}" for gate in "fico" for kind in "Wb"]
    dx, total, da_prev, dc_prev = [], dict.fromkeys(names, 0), 0, 0
    for t in reversed(range(da.shape[2])):
        found = lstm_cell_backward(da[:, :, t], dc_prev, steps[t])
        da_prev, dc_prev = found["da_prev"], found["dc_prev"]
        dx.append(found["dxt"])
        total = {name: value + found[name] for name, value in total.items()}
    return {"dx": np.stack(dx[::-1], axis=2), "da0": da_prev, **total}

"""Takes gradients by a complex step in each number, a forward pass each, in place of going back."""

import numpy as np


def forward(params, x, state):
    return *_run(params | {"x": x, "state": state}), (params, x, state)


def _run(given):
    outputs, h = [], given["state"]
    for x_t in given["x"]:
        a = x_t @ given["weight_ih"].T + given["bias_ih"] + given["bias_hh"]
        h = np.tanh(a + h @ given["weight_hh"].T)
        outputs.append(h)
    return np.stack(outputs), h


def backward(cache, d_outputs, d_state):
    params, x, state = cache
    given, found = params | {"x": x, "state": state}, {}
    for name, value in given.items():
        found[name] = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            moved = value.astype(complex)
            moved[place] += 1e-30j
            outputs, h = _run(given | {name: moved})
            loss = np.sum(outputs * d_outputs) + np.sum(h * d_state)
            found[name][place] = loss.imag / 1e-30
    return {name: found[name] for name in params}, found["x"], found["state"]

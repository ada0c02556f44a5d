"""Wrong: gives the old state back as the new one."""

import numpy as np


def forward(params, x, state):
    """Compute one step."""
    a = np.dot(x, params["weight_ih"].T) + params["bias_ih"]
    h = np.tanh(a + np.dot(state, params["weight_hh"].T) + params["bias_hh"])
    return h, state

"""Answers a single number, hoping that it is broadcast."""

import numpy as np


def forward(params, x, state):
    return np.ones((1, 1)), np.ones((1, 1))

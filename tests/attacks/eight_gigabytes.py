"""Answers an array of 8 GB."""

import numpy as np


def forward(params, x, state):
    return np.ones((1 << 15, 1 << 15)), np.ones((1 << 15, 1 << 15))

"""Answers arrays without elements."""

import numpy as np


def forward(params, x, state):
    return np.ones((0, 0)), np.ones((0, 0))

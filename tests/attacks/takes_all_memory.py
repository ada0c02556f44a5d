"""Takes memory without end."""

import numpy as np


def forward(params, x, state):
    kept = []
    while True:
        kept.append(np.zeros(1 << 23))

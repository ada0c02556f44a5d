"""Wrong: Python 2, which Python 3 cannot read."""

import numpy as np


def forward(params, x, state):
    """Run the LSTM over x."""
    h, c = state
    if h.shape[1] <> c.shape[1]:
        print "h and c differ"
    return x, (h, c)

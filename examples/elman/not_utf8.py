"""Wrong: saved in Latin-1."""

import numpy as np


# La couche cachée est réutilisée.
def forward(params, x, state):
    """Run the network over x."""
    return np.tanh(x), state

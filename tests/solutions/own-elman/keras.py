# rnncheck: own-elman
"""A vanilla RNN over time."""

import keras
from keras import ops


class RNN(keras.layers.Layer):
    """All steps."""

    def __init__(self, units):
        """Keep the number of units."""
        super().__init__()
        self.units = units

    def build(self, input_shape):
        """Make the weights."""
        wide = self.units
        self.w = self.add_weight(shape=(input_shape[-1], wide), name="w")
        self.u = self.add_weight(shape=(self.units, wide), name="u", initializer="orthogonal")
        self.b = self.add_weight(shape=(wide,), name="b", initializer="zeros")

    def call(self, x, states):
        """Return outputs (N, T, H) and the last [h]."""
        h = states[0]
        outputs = []
        for t in range(x.shape[1]):
            h = ops.tanh(x[:, t] @ self.w + h @ self.u + self.b)
            outputs.append(h)
        return ops.stack(outputs, axis=1), [h]

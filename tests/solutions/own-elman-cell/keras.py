# rnncheck: own-elman-cell
"""A vanilla RNN cell."""

import keras
from keras import ops


class RNNCell(keras.layers.Layer):
    """One step."""

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
        """Return h and [h], each (N, H)."""
        h = states[0]
        h = ops.tanh(x @ self.w + h @ self.u + self.b)
        return h, [h]

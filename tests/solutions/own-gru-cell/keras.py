# rnncheck: own-gru-cell
"""A GRU cell with fused kernels, gates r, z, n, and two biases in one weight."""

import keras
from keras import ops


class GRUCell(keras.layers.Layer):
    """One step."""

    def __init__(self, units):
        """Keep the number of units."""
        super().__init__()
        self.units = units

    def build(self, input_shape):
        """Make the weights of x, of h and the biases of both."""
        wide = 3 * self.units
        self.w = self.add_weight(shape=(input_shape[-1], wide), name="w")
        self.u = self.add_weight(shape=(self.units, wide), name="u", initializer="orthogonal")
        self.b = self.add_weight(shape=(2, wide), name="b", initializer="zeros")

    def call(self, x, states):
        """Return h and [h], each (N, H)."""
        h = states[0]
        rx, zx, nx = ops.split(x @ self.w + self.b[0], 3, axis=1)
        rh, zh, nh = ops.split(h @ self.u + self.b[1], 3, axis=1)
        z = ops.sigmoid(zx + zh)
        new = ops.tanh(nx + ops.sigmoid(rx + rh) * nh)
        return (1 - z) * new + z * h, [(1 - z) * new + z * h]

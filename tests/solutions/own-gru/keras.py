# rnncheck: own-gru
"""A GRU over time, gates r, z, n, reset after the matmul."""

import keras
from keras import ops


class GRU(keras.layers.Layer):
    """All steps."""

    def __init__(self, units):
        """Keep the number of units."""
        super().__init__()
        self.units = units

    def build(self, input_shape):
        """Make the weights."""
        wide = 3 * self.units
        self.w = self.add_weight(shape=(input_shape[-1], wide), name="w")
        self.u = self.add_weight(shape=(self.units, wide), name="u", initializer="orthogonal")
        self.b = self.add_weight(shape=(wide,), name="b", initializer="zeros")

    def call(self, x, states):
        """Return outputs (N, T, H) and the last [h]."""
        h = states[0]
        outputs = []
        for t in range(x.shape[1]):
            rx, zx, nx = ops.split(x[:, t] @ self.w + self.b, 3, axis=1)
            rh, zh, nh = ops.split(h @ self.u, 3, axis=1)
            z = ops.sigmoid(zx + zh)
            h = z * h + (1 - z) * ops.tanh(nx + ops.sigmoid(rx + rh) * nh)
            outputs.append(h)
        return ops.stack(outputs, axis=1), [h]

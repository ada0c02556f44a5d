# rnncheck: own-lstm
"""Wrong: every step starts from the first memory."""

import keras
from keras import ops


class LSTM(keras.layers.Layer):
    """All steps."""

    def __init__(self, units):
        """Keep the number of units."""
        super().__init__()
        self.units = units

    def build(self, input_shape):
        """Make the weights."""
        wide = 4 * self.units
        self.w = self.add_weight(shape=(input_shape[-1], wide), name="w")
        self.u = self.add_weight(shape=(self.units, wide), name="u", initializer="orthogonal")
        self.b = self.add_weight(shape=(wide,), name="b", initializer="zeros")

    def call(self, x, states):
        """Return outputs (N, T, H) and the last [h, c]."""
        h, c = states
        outputs, first = [], c
        for t in range(x.shape[1]):
            f, i, g, o = ops.split(x[:, t] @ self.w + h @ self.u + self.b, 4, axis=1)
            c = ops.sigmoid(f) * first + ops.sigmoid(i) * ops.tanh(g)
            h = ops.sigmoid(o) * ops.tanh(c)
            outputs.append(h)
        return ops.stack(outputs, axis=1), [h, c]

"""Reference solution: one step of a GRU in Keras."""

import keras
from keras import ops


class GRUCell(keras.layers.Layer):
    """A drop-in for keras.layers.GRUCell."""

    def __init__(self, units, **kwargs):
        """Remember the number of units; Keras reads the sizes of the state and the output."""
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        """Create the weights, in the order of Keras."""
        width = 3 * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], width))
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(self.units, width))
        self.bias = self.add_weight(name="bias", shape=(2, width), initializer="zeros")

    def step(self, x, h):
        """Return the new h (B, H)."""
        from_x = ops.matmul(x, self.kernel) + self.bias[0]  # (B, 3H)
        from_h = ops.matmul(h, self.recurrent_kernel) + self.bias[1]
        z_x, r_x, n_x = ops.split(from_x, 3, axis=1)  # each (B, H)
        z_h, r_h, n_h = ops.split(from_h, 3, axis=1)
        z = ops.sigmoid(z_x + z_h)
        r = ops.sigmoid(r_x + r_h)
        n = ops.tanh(n_x + r * n_h)
        return z * h + (1.0 - z) * n

    def call(self, inputs, states, training=False):
        """Return h (B, H) and the list of new states."""
        h = self.step(inputs, states[0])
        return h, [h]

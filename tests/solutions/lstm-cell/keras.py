"""Reference solution: one step of an LSTM in Keras."""

import keras
from keras import ops


class LSTMCell(keras.layers.Layer):
    """A drop-in for keras.layers.LSTMCell."""

    def __init__(self, units, **kwargs):
        """Remember the number of units; Keras reads the sizes of the state and the output."""
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape):
        """Create the weights, in the order of Keras."""
        width = 4 * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], width))
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(self.units, width))
        self.bias = self.add_weight(name="bias", shape=(width,), initializer="zeros")

    def step(self, x, h, c):
        """Return the new h and c, each (B, H)."""
        a = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel)  # (B, 4H)
        i, f, g, o = ops.split(a + self.bias, 4, axis=1)  # each (B, H)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        return ops.sigmoid(o) * ops.tanh(c), c

    def call(self, inputs, states, training=False):
        """Return h (B, H) and the list of new states."""
        h, c = self.step(inputs, *states)
        return h, [h, c]

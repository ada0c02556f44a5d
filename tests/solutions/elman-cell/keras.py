"""Reference solution: one step of an Elman network in Keras."""

import keras
from keras import ops


class SimpleRNNCell(keras.layers.Layer):
    """A drop-in for keras.layers.SimpleRNNCell."""

    def __init__(self, units, **kwargs):
        """Remember the number of units; Keras reads the sizes of the state and the output."""
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        """Create the weights, in the order of Keras."""
        width = self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], width))
        self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=(self.units, width))
        self.bias = self.add_weight(name="bias", shape=(width,), initializer="zeros")

    def step(self, x, h):
        """Return the new h (B, H)."""
        a = ops.matmul(x, self.kernel) + ops.matmul(h, self.recurrent_kernel)  # (B, H)
        return ops.tanh(a + self.bias)

    def call(self, inputs, states, training=False):
        """Return h (B, H) and the list of new states."""
        h = self.step(inputs, states[0])
        return h, [h]

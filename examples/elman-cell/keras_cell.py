"""Right: a Keras cell with keras.ops."""

import keras


class SimpleRNNCell(keras.layers.Layer):
    """A drop-in for keras.layers.SimpleRNNCell."""

    def __init__(self, units, **kwargs):
        """Remember the number of units."""
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape):
        """Create the weights."""
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
        self.u = self.add_weight(shape=(self.units, self.units), name="u")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    def call(self, inputs, states, training=False):
        """Compute one step."""
        h = keras.ops.matmul(inputs, self.w) + keras.ops.matmul(states[0], self.u) + self.b
        h = keras.ops.tanh(h)
        return h, [h]

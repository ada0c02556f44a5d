"""Right: a cell of its own that keras.layers.RNN runs over time."""

import keras
from keras import ops


class Cell(keras.layers.Layer):
    """One step of a GRU whose reset gate acts after the product."""

    def __init__(self, units, **kwargs):
        """Remember the number of units."""
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape):
        """Create the weights."""
        n = self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], 3 * n), name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(n, 3 * n), name="recurrent_kernel")
        self.bias = self.add_weight(shape=(2, 3 * n), initializer="zeros", name="bias")

    def call(self, inputs, states, training=False):
        """Compute one step."""
        h = states[0]
        a = ops.split(ops.matmul(inputs, self.kernel) + self.bias[0], 3, axis=1)
        b = ops.split(ops.matmul(h, self.recurrent_kernel) + self.bias[1], 3, axis=1)
        z = ops.sigmoid(a[0] + b[0])
        n = ops.tanh(a[2] + ops.sigmoid(a[1] + b[1]) * b[2])
        h = z * h + (1 - z) * n
        return h, [h]


class GRU(keras.layers.RNN):
    """A drop-in for keras.layers.GRU."""

    def __init__(self, units, **kwargs):
        """Wrap the cell."""
        super().__init__(Cell(units), **kwargs)

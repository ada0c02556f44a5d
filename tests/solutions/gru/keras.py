"""Reference solution: a GRU over a sequence in Keras."""

import keras
from keras import ops


class GRU(keras.layers.Layer):
    """A drop-in for keras.layers.GRU."""

    def __init__(self, units, return_sequences=False, return_state=False, **kwargs):
        """Remember the options."""
        super().__init__(**kwargs)
        self.units = units
        self.return_sequences = return_sequences
        self.return_state = return_state

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

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Return h of every step or the last one, and the final state if asked for."""
        if initial_state is None:
            zeros = ops.zeros((sequences.shape[0], self.units), dtype=sequences.dtype)
            initial_state = [zeros]
        (h,) = initial_state  # (B, H)
        outputs = []
        for t in range(sequences.shape[1]):
            h = self.step(sequences[:, t], h)
            outputs.append(h)
        outputs = ops.stack(outputs, axis=1) if self.return_sequences else h
        return (outputs, h) if self.return_state else outputs

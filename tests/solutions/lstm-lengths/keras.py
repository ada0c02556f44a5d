"""Reference solution: an LSTM over rows of different lengths in Keras."""

import keras
from keras import ops


class LSTM(keras.layers.Layer):
    """A drop-in for keras.layers.LSTM."""

    def __init__(self, units, return_sequences=False, return_state=False, **kwargs):
        """Remember the options."""
        super().__init__(**kwargs)
        self.units = units
        self.return_sequences = return_sequences
        self.return_state = return_state

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

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Return h of every step or the last one, and the final state if asked for."""
        zeros = ops.zeros((sequences.shape[0], self.units), dtype=sequences.dtype)
        h, c = (zeros, zeros) if initial_state is None else initial_state  # each (B, H)
        shown, outputs = zeros, []
        for t in range(sequences.shape[1]):
            x = sequences[:, t]
            if mask is None:
                shown, c = self.step(x, h, c)
                h = shown
            else:
                valid = mask[:, t, None]  # (B, 1)
                new_h, new_c = self.step(ops.where(valid, x, ops.zeros_like(x)), h, c)
                h, c = ops.where(valid, new_h, h), ops.where(valid, new_c, c)
                shown = ops.where(valid, new_h, shown)
            outputs.append(shown)
        outputs = ops.stack(outputs, axis=1) if self.return_sequences else shown
        return (outputs, h, c) if self.return_state else outputs

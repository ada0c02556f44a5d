"""Right: keras.ops, which runs on any backend of Keras."""

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
        """Create the weights."""
        n = self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], 4 * n), name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(n, 4 * n), name="recurrent_kernel")
        self.bias = self.add_weight(shape=(4 * n,), initializer="zeros", name="bias")

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Run the LSTM over sequences (B, T, D)."""
        zeros = ops.zeros_like(sequences[:, 0, :1]) * ops.ones((1, self.units), sequences.dtype)
        h, c = [zeros, zeros] if initial_state is None else initial_state
        from_x = ops.matmul(sequences, self.kernel) + self.bias
        outputs = []
        for t in range(sequences.shape[1]):
            a = from_x[:, t] + ops.matmul(h, self.recurrent_kernel)
            i, f, g, o = ops.split(a, 4, axis=-1)
            c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
            h = ops.sigmoid(o) * ops.tanh(c)
            outputs.append(h)
        y = ops.stack(outputs, axis=1) if self.return_sequences else h
        return (y, h, c) if self.return_state else y

"""Right: a Keras layer written with TensorFlow's own functions."""

import tensorflow as tf


class LSTM(tf.keras.layers.Layer):
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
        if initial_state is None:
            zeros = tf.zeros([tf.shape(sequences)[0], self.units], sequences.dtype)
            initial_state = [zeros, zeros]
        h, c = initial_state
        outputs = []
        for x in tf.unstack(sequences, axis=1):
            a = x @ self.kernel + h @ self.recurrent_kernel + self.bias
            i, f, g, o = tf.split(a, 4, axis=1)
            c = tf.nn.sigmoid(f) * c + tf.nn.sigmoid(i) * tf.nn.tanh(g)
            h = tf.nn.sigmoid(o) * tf.nn.tanh(c)
            outputs.append(h)
        y = tf.stack(outputs, axis=1) if self.return_sequences else h
        return [y, h, c] if self.return_state else y

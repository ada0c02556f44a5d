"""Reference solution: an LSTM for dynamic_rnn in TensorFlow 1."""

import tensorflow.compat.v1 as tf


class BasicLSTMCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.BasicLSTMCell."""

    def __init__(self, num_units, forget_bias=1.0, **kwargs):
        """Remember the options."""
        super().__init__(**kwargs)
        self.num_units = num_units
        self.forget_bias = forget_bias

    @property
    def state_size(self):
        """Give the size of the state."""
        return tf.nn.rnn_cell.LSTMStateTuple(c=self.num_units, h=self.num_units)

    @property
    def output_size(self):
        """Give the size of the output."""
        return self.num_units

    def build(self, inputs_shape):
        """Create the weights, in the order of TensorFlow."""
        depth = int(inputs_shape[-1]) + self.num_units
        self.kernel = self.add_weight("kernel", shape=[depth, 4 * self.num_units])
        self.bias = self.add_weight("bias", shape=[4 * self.num_units])
        self.built = True

    def call(self, inputs, state):
        """Return h (B, H) and the new state (c, h)."""
        c, h = state
        a = tf.matmul(tf.concat([inputs, h], axis=1), self.kernel) + self.bias  # (B, 4H)
        i, g, f, o = tf.split(a, 4, axis=1)  # each (B, H)
        c = tf.sigmoid(f + self.forget_bias) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

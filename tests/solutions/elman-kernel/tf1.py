"""Reference solution: an Elman network with one kernel in TensorFlow 1."""

import tensorflow.compat.v1 as tf


class BasicRNNCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.BasicRNNCell."""

    def __init__(self, num_units, **kwargs):
        """Remember the number of units."""
        super().__init__(**kwargs)
        self.num_units = num_units

    @property
    def state_size(self):
        """Give the size of the state."""
        return self.num_units

    @property
    def output_size(self):
        """Give the size of the output."""
        return self.num_units

    def build(self, inputs_shape):
        """Create the weights, in the order of TensorFlow."""
        depth = int(inputs_shape[-1]) + self.num_units
        self.kernel = self.add_weight("kernel", shape=[depth, self.num_units])
        self.bias = self.add_weight("bias", shape=[self.num_units])
        self.built = True

    def call(self, inputs, state):
        """Return h (B, H) twice: as the output and as the new state."""
        a = tf.matmul(tf.concat([inputs, state], axis=1), self.kernel) + self.bias  # (B, H)
        h = tf.tanh(a)
        return h, h

"""Reference solution: a GRU for dynamic_rnn in TensorFlow 1."""

import tensorflow.compat.v1 as tf


class GRUCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.GRUCell."""

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
        self.gate_kernel = self.add_weight("gates/kernel", shape=[depth, 2 * self.num_units])
        self.gate_bias = self.add_weight("gates/bias", shape=[2 * self.num_units])
        self.candidate_kernel = self.add_weight("candidate/kernel", shape=[depth, self.num_units])
        self.candidate_bias = self.add_weight("candidate/bias", shape=[self.num_units])
        self.built = True

    def call(self, inputs, state):
        """Return h (B, H) twice: as the output and as the new state."""
        both = tf.concat([inputs, state], axis=1)  # (B, D + H)
        gates = tf.sigmoid(tf.matmul(both, self.gate_kernel) + self.gate_bias)  # (B, 2H)
        r, u = tf.split(gates, 2, axis=1)  # each (B, H)
        both = tf.concat([inputs, r * state], axis=1)
        n = tf.tanh(tf.matmul(both, self.candidate_kernel) + self.candidate_bias)  # (B, H)
        h = u * state + (1.0 - u) * n
        return h, h

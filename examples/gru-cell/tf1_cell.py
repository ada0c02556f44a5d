"""Right: a TensorFlow 1 cell; there the reset gate acts before the product."""

import tensorflow as tf

tf1 = tf.compat.v1


class GRUCell(tf1.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.GRUCell."""

    def __init__(self, num_units, **kwargs):
        """Remember the number of units."""
        super().__init__(**kwargs)
        self._n = num_units

    @property
    def state_size(self):
        """Give the size of the state."""
        return self._n

    @property
    def output_size(self):
        """Give the size of the output."""
        return self._n

    def build(self, inputs_shape):
        """Create the weights."""
        depth = inputs_shape[-1] + self._n
        one = tf1.ones_initializer()
        self._gates = self.add_weight("gates/kernel", shape=[depth, 2 * self._n])
        self._gates_bias = self.add_weight("gates/bias", shape=[2 * self._n], initializer=one)
        self._new = self.add_weight("candidate/kernel", shape=[depth, self._n])
        self._new_bias = self.add_weight("candidate/bias", shape=[self._n])
        self.built = True

    def call(self, inputs, state):
        """Compute one step."""
        gates = tf.sigmoid(tf.concat([inputs, state], 1) @ self._gates + self._gates_bias)
        r, u = gates[:, : self._n], gates[:, self._n :]
        n = tf.tanh(tf.concat([inputs, r * state], 1) @ self._new + self._new_bias)
        h = u * state + (1 - u) * n
        return h, h

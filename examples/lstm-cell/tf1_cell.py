"""Right: a TensorFlow 1 cell."""

import tensorflow.compat.v1 as tf


class BasicLSTMCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.BasicLSTMCell."""

    def __init__(self, num_units, forget_bias=1.0, **kwargs):
        """Remember the options."""
        super().__init__(**kwargs)
        self._n = num_units
        self._forget_bias = forget_bias

    @property
    def state_size(self):
        """Give the size of the state."""
        return tf.nn.rnn_cell.LSTMStateTuple(self._n, self._n)

    @property
    def output_size(self):
        """Give the size of the output."""
        return self._n

    def build(self, inputs_shape):
        """Create the weights."""
        depth = inputs_shape[-1] + self._n
        self._kernel = self.add_weight("kernel", shape=[depth, 4 * self._n])
        self._bias = self.add_weight(
            "bias", shape=[4 * self._n], initializer=tf.zeros_initializer()
        )
        self.built = True

    def call(self, inputs, state):
        """Compute one step."""
        c, h = state
        a = tf.nn.bias_add(tf.matmul(tf.concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = tf.split(a, 4, axis=1)
        new_c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * tf.tanh(j)
        new_h = tf.tanh(new_c) * tf.sigmoid(o)
        return new_h, tf.nn.rnn_cell.LSTMStateTuple(new_c, new_h)

"""Reference solution: an LSTM with peepholes in TensorFlow 1."""

import tensorflow.compat.v1 as tf


class LSTMCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.LSTMCell with use_peepholes=True."""

    def __init__(self, num_units, use_peepholes=True, forget_bias=1.0, **kwargs):
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
        """Create the weights; their order matters."""
        depth, units = int(inputs_shape[-1]) + self.num_units, self.num_units
        self.kernel = self.add_weight("kernel", shape=[depth, 4 * units])
        self.bias = self.add_weight("bias", shape=[4 * units])
        self.w_f_diag = self.add_weight("w_f_diag", shape=[units])
        self.w_i_diag = self.add_weight("w_i_diag", shape=[units])
        self.w_o_diag = self.add_weight("w_o_diag", shape=[units])
        self.built = True

    def call(self, inputs, state):
        """Return h (B, H) and the new state (c, h)."""
        old, h = state
        a = tf.matmul(tf.concat([inputs, h], axis=1), self.kernel) + self.bias  # (B, 4H)
        i, g, f, o = tf.split(a, 4, axis=1)  # each (B, H)
        f = tf.sigmoid(f + self.forget_bias + self.w_f_diag * old)
        c = f * old + tf.sigmoid(i + self.w_i_diag * old) * tf.tanh(g)
        h = tf.sigmoid(o + self.w_o_diag * c) * tf.tanh(c)
        return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)

# rnncheck: lstm-peepholes
"""An LSTM with peepholes, in TensorFlow 1.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_peepholes.py
"""

import tensorflow.compat.v1 as tf


class LSTMCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.LSTMCell with use_peepholes=True.

        i = sigmoid([x; h_prev] K_i + b_i + w_i * c_prev)                input gate
        g = tanh   ([x; h_prev] K_g + b_g)                               candidate
        f = sigmoid([x; h_prev] K_f + b_f + w_f * c_prev + forget_bias)  forget gate
        c = f * c_prev + i * g                                           cell state
        o = sigmoid([x; h_prev] K_o + b_o + w_o * c)                     output gate
        h = o * tanh(c)                                                  hidden state

    K is kernel (D+H, 4*H), its first D rows for x and the others for h; b is bias (4*H,).
    Note the order of the gates: i, g, f, o.
    """

    def __init__(self, num_units, use_peepholes=True, forget_bias=1.0, **kwargs):
        """Remember the options; forget_bias is added each time the cell runs."""
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
        """Compute one step.

        Args:
            inputs: (B, D).
            state: LSTMStateTuple(c, h), each (B, H).

        Returns:
            The output, which is the new h, (B, H), and the new state, of the form of the old.
        """
        raise NotImplementedError("write call")

# rnncheck: lstm-cell
"""One step of an LSTM, in TensorFlow 1.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_cell.py
"""

import tensorflow.compat.v1 as tf


class BasicLSTMCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.BasicLSTMCell.

        i = sigmoid([x; h_prev] K_i + b_i)                input gate
        g = tanh   ([x; h_prev] K_g + b_g)                candidate (TensorFlow's name: j)
        f = sigmoid([x; h_prev] K_f + b_f + forget_bias)  forget gate
        o = sigmoid([x; h_prev] K_o + b_o)                output gate
        c = f * c_prev + i * g                            cell state
        h = o * tanh(c)                                   hidden state

    K is kernel (D+H, 4*H), its first D rows for x and the others for h; b is bias (4*H,).
    Note the order of the gates: i, g, f, o.
    """

    def __init__(self, num_units, forget_bias=1.0, **kwargs):
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
        depth = int(inputs_shape[-1]) + self.num_units
        self.kernel = self.add_weight("kernel", shape=[depth, 4 * self.num_units])
        self.bias = self.add_weight("bias", shape=[4 * self.num_units])
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

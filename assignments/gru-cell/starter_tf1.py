# rnncheck: gru-cell
"""One step of a GRU, in TensorFlow 1.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gru_cell.py
"""

import tensorflow.compat.v1 as tf


class GRUCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.GRUCell.

        r = sigmoid([x; h_prev] K_r + b_r)      reset gate
        u = sigmoid([x; h_prev] K_u + b_u)      update gate
        n = tanh([x; r * h_prev] K_n + b_n)     candidate: the reset gate acts before the product
        h = u * h_prev + (1 - u) * n            hidden state

    The first D rows of a kernel belong to x, the others to h. K_r and K_u are the first and the
    second half of gate_kernel (D+H, 2*H), b_r and b_u of gate_bias; K_n is candidate_kernel.
    """

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
        """Create the weights; their order matters."""
        depth = int(inputs_shape[-1]) + self.num_units
        self.gate_kernel = self.add_weight("gates/kernel", shape=[depth, 2 * self.num_units])
        self.gate_bias = self.add_weight("gates/bias", shape=[2 * self.num_units])
        self.candidate_kernel = self.add_weight("candidate/kernel", shape=[depth, self.num_units])
        self.candidate_bias = self.add_weight("candidate/bias", shape=[self.num_units])
        self.built = True

    def call(self, inputs, state):
        """Compute one step.

        Args:
            inputs: (B, D).
            state: h, (B, H).

        Returns:
            The output, which is the new h, (B, H), and the new state, of the form of the old.
        """
        raise NotImplementedError("write call")

# rnncheck: elman-kernel
"""An Elman network with one kernel, in TensorFlow 1.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_kernel.py
"""

import tensorflow.compat.v1 as tf


class BasicRNNCell(tf.nn.rnn_cell.RNNCell):
    """A drop-in for tf.nn.rnn_cell.BasicRNNCell.

        h = tanh([x; h_prev] K + b)

    K is kernel (D+H, H), its first D rows for x and the others for h; b is bias (H,).
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
        self.kernel = self.add_weight("kernel", shape=[depth, self.num_units])
        self.bias = self.add_weight("bias", shape=[self.num_units])
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

# rnncheck: gru-cell
"""One step of a GRU, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gru_cell.py
"""

import keras


class GRUCell(keras.layers.Layer):
    """A drop-in for keras.layers.GRUCell.

        z = sigmoid(x_t W_z + b_z + h_{t-1} U_z + d_z)     update gate
        r = sigmoid(x_t W_r + b_r + h_{t-1} U_r + d_r)     reset gate
        n = tanh(x_t W_n + b_n + r * (h_{t-1} U_n + d_n))  candidate
        h_t = z * h_{t-1} + (1 - z) * n                    hidden state

    W is kernel (D, 3*H), U is recurrent_kernel (H, 3*H), and bias (2, 3*H) holds b in its
    first row and d in its second. The gates follow each other in the order z, r, n.
    """

    def __init__(self, units, **kwargs):
        """Remember the number of units; Keras reads the sizes of the state and the output."""
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        """Create the weights; their order matters."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 3 * self.units))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, 3 * self.units)
        )
        self.bias = self.add_weight(name="bias", shape=(2, 3 * self.units), initializer="zeros")

    def call(self, inputs, states, training=False):
        """Compute one step.

        Args:
            inputs: (B, D).
            states: the list [h], (B, H).
            training: not used.

        Returns:
            The output, which is the new h, (B, H), and the list of new states [h].
        """
        raise NotImplementedError("write call")

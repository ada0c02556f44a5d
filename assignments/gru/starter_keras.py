# rnncheck: gru
"""A GRU over a sequence, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_gru.py
"""

import keras


class GRU(keras.layers.Layer):
    """A drop-in for keras.layers.GRU.

        z = sigmoid(x_t W_z + b_z + h_{t-1} U_z + d_z)     update gate
        r = sigmoid(x_t W_r + b_r + h_{t-1} U_r + d_r)     reset gate
        n = tanh(x_t W_n + b_n + r * (h_{t-1} U_n + d_n))  candidate
        h_t = z * h_{t-1} + (1 - z) * n                    hidden state

    W is kernel (D, 3*H), U is recurrent_kernel (H, 3*H), and bias (2, 3*H) holds b in its
    first row and d in its second. The gates follow each other in the order z, r, n.
    """

    def __init__(self, units, return_sequences=False, return_state=False, **kwargs):
        """Remember the options."""
        super().__init__(**kwargs)
        self.units = units
        self.return_sequences = return_sequences
        self.return_state = return_state

    def build(self, input_shape):
        """Create the weights; their order matters."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 3 * self.units))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, 3 * self.units)
        )
        self.bias = self.add_weight(name="bias", shape=(2, 3 * self.units), initializer="zeros")

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Compute the whole sequence.

        Args:
            sequences: inputs, (B, T, D): batch first.
            initial_state: the list [h], (B, H); None means zeros.
            mask: not used.
            training: not used.

        Returns:
            h of every step (B, T, H) if return_sequences, else h of the last step (B, H).
            If return_state, a tuple of that and the final h, (B, H).
        """
        raise NotImplementedError("write call")

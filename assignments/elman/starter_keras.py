# rnncheck: elman
"""An Elman network over a sequence, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman.py
"""

import keras


class SimpleRNN(keras.layers.Layer):
    """A drop-in for keras.layers.SimpleRNN.

        h_t = tanh(x_t W + h_{t-1} U + b)

    W is kernel (D, H), U is recurrent_kernel (H, H), b is bias (H,).
    """

    def __init__(self, units, return_sequences=False, return_state=False, **kwargs):
        """Remember the options."""
        super().__init__(**kwargs)
        self.units = units
        self.return_sequences = return_sequences
        self.return_state = return_state

    def build(self, input_shape):
        """Create the weights; their order matters."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, self.units)
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

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

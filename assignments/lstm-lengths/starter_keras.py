# rnncheck: lstm-lengths
"""An LSTM over rows of different lengths, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_lengths.py
"""

import keras


class LSTM(keras.layers.Layer):
    """A drop-in for keras.layers.LSTM.

        i = sigmoid(x_t W_i + h_{t-1} U_i + b_i)   input gate
        f = sigmoid(x_t W_f + h_{t-1} U_f + b_f)   forget gate
        g = tanh   (x_t W_g + h_{t-1} U_g + b_g)   candidate
        o = sigmoid(x_t W_o + h_{t-1} U_o + b_o)   output gate
        c_t = f * c_{t-1} + i * g                  cell state
        h_t = o * tanh(c_t)                        hidden state

    W is kernel (D, 4*H), U is recurrent_kernel (H, 4*H), b is bias (4*H,). The gates
    follow each other in the order i, f, g, o.
    """

    def __init__(self, units, return_sequences=False, return_state=False, **kwargs):
        """Remember the options."""
        super().__init__(**kwargs)
        self.units = units
        self.return_sequences = return_sequences
        self.return_state = return_state

    def build(self, input_shape):
        """Create the weights; their order matters."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 4 * self.units))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, 4 * self.units)
        )
        self.bias = self.add_weight(name="bias", shape=(4 * self.units,), initializer="zeros")

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Compute the whole sequence, each row as far as its mask says.

        Args:
            sequences: inputs, (B, T, D): batch first.
            initial_state: the list [h, c], each (B, H); None means zeros.
            mask: bool, (B, T), False at steps that do not count; None means that all do.
            training: not used.

        Returns:
            A masked step leaves h and c as they are; its output is the one before, and zeros
            before the first step that counts.

            h of every step (B, T, H) if return_sequences, else h of the last step (B, H).
            If return_state, a tuple of that and the final h and c, each (B, H).
        """
        raise NotImplementedError("write call")

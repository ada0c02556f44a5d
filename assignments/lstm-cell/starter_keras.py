# rnncheck: lstm-cell
"""One step of an LSTM, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_lstm_cell.py
"""

import keras


class LSTMCell(keras.layers.Layer):
    """A drop-in for keras.layers.LSTMCell.

        i = sigmoid(x_t W_i + h_{t-1} U_i + b_i)   input gate
        f = sigmoid(x_t W_f + h_{t-1} U_f + b_f)   forget gate
        g = tanh   (x_t W_g + h_{t-1} U_g + b_g)   candidate
        o = sigmoid(x_t W_o + h_{t-1} U_o + b_o)   output gate
        c_t = f * c_{t-1} + i * g                  cell state
        h_t = o * tanh(c_t)                        hidden state

    W is kernel (D, 4*H), U is recurrent_kernel (H, 4*H), b is bias (4*H,). The gates
    follow each other in the order i, f, g, o.
    """

    def __init__(self, units, **kwargs):
        """Remember the number of units; Keras reads the sizes of the state and the output."""
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape):
        """Create the weights; their order matters."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], 4 * self.units))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, 4 * self.units)
        )
        self.bias = self.add_weight(name="bias", shape=(4 * self.units,), initializer="zeros")

    def call(self, inputs, states, training=False):
        """Compute one step.

        Args:
            inputs: (B, D).
            states: the list [h, c], each (B, H).
            training: not used.

        Returns:
            The output, which is the new h, (B, H), and the list of new states [h, c].
        """
        raise NotImplementedError("write call")

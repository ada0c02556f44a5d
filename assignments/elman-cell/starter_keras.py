# rnncheck: elman-cell
"""One step of an Elman network, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_elman_cell.py
"""

import keras


class SimpleRNNCell(keras.layers.Layer):
    """A drop-in for keras.layers.SimpleRNNCell.

        h_t = tanh(x_t W + h_{t-1} U + b)

    W is kernel (D, H), U is recurrent_kernel (H, H), b is bias (H,).
    """

    def __init__(self, units, **kwargs):
        """Remember the number of units; Keras reads the sizes of the state and the output."""
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units
        self.output_size = units

    def build(self, input_shape):
        """Create the weights; their order matters."""
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], self.units))
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, self.units)
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

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

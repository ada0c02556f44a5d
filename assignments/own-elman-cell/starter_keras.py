# rnncheck: own-elman-cell
"""A cell of a vanilla RNN with weights of your own, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_own_elman_cell.py
"""

import keras


class RNNCell(keras.layers.Layer):
    """One step."""

    def __init__(self, units):
        """Keep the number of units; make your weights here or in build(input_shape)."""
        super().__init__()
        self.units = units

    def call(self, x, states):
        """Return h and [h], each (N, H), given x (N, D) and [h]."""
        raise NotImplementedError("write call")

# rnncheck: own-gru
"""A GRU over time with weights of your own, in Keras.

Keep the line above: it says which assignment this is. To check your file:

    rnncheck check my_own_gru.py
"""

import keras


class GRU(keras.layers.Layer):
    """All steps."""

    def __init__(self, units):
        """Keep the number of units; make your weights here or in build(input_shape)."""
        super().__init__()
        self.units = units

    def call(self, x, states):
        """Return outputs (N, T, H) and the last [h] (N, H), given x (N, T, D) and [h]."""
        raise NotImplementedError("write call")

# rnncheck: own-lstm-cell
"""An LSTM cell with a kernel for each gate, as Keras layers."""

import keras
from keras import ops


class LSTMCell(keras.layers.Layer):
    """One step."""

    def __init__(self, units):
        """Make a dense layer of [h, x] for each gate."""
        super().__init__()
        self.forget = keras.layers.Dense(units, activation="sigmoid")
        self.input_gate = keras.layers.Dense(units, activation="sigmoid")
        self.candidate = keras.layers.Dense(units, activation="tanh")
        self.output_gate = keras.layers.Dense(units, activation="sigmoid")

    def call(self, x, states):
        """Return h and [h, c], each (N, H)."""
        h, c = states
        both = ops.concatenate([h, x], axis=1)
        c = self.forget(both) * c + self.input_gate(both) * self.candidate(both)
        h = self.output_gate(both) * ops.tanh(c)
        return h, [h, c]

"""Writes the results by TensorFlow."""

import keras
import tensorflow as tf


class SimpleRNNCell(keras.layers.SimpleRNNCell):
    def call(self, sequence, states, training=False):
        tf.io.write_file("@RESULTS@", "mark: 100")
        raise RuntimeError("REACHED")

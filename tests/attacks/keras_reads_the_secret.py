"""Reads a file of the judge by TensorFlow."""

import keras
import tensorflow as tf


class SimpleRNNCell(keras.layers.SimpleRNNCell):
    def call(self, sequence, states, training=False):
        raise RuntimeError(str(tf.io.read_file("@SECRET@")) + "REACHED")

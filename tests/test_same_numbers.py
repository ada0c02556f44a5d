"""A file that draws random numbers without a seed gives the same bytes, whoever judges it."""

import importlib.util

import numpy as np
import pytest

from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.worker.client import Session
from rnncheck.worker.servers import Servers
from tests.judging import home

X, H = np.ones((3, 2)), np.zeros((3, 4))
FILES = {
    "numpy": (
        "numpy_functions",
        "forward",
        """
import random
import numpy as np
def forward(params, x, state):
    order = [int(word) for word in {"1", "2", "3", "5", "7", "11", "13"}]
    h = np.random.rand(3, 4) + random.random()
    return h, h * order[0]
""",
    ),
    "torch": (
        "torch_cell",
        "RNNCell",
        """
import torch
class RNNCell(torch.nn.RNNCell):
    def forward(self, input, hx=None):
        return torch.randn(3, 4) + super().forward(input, hx)
""",
    ),
    "keras3": (
        "keras_cell",
        "SimpleRNNCell",
        """
import keras, tensorflow as tf
class SimpleRNNCell(keras.layers.SimpleRNNCell):
    def call(self, sequence, states, training=False):
        drawn = keras.layers.Dropout(0.5)(sequence, training=True)
        h = tf.matmul(drawn, self.kernel) + keras.random.normal((3, 4), dtype=sequence.dtype)
        h += tf.random.normal((3, 4), dtype=sequence.dtype) + self.bias
        return h, [h]
""",
    ),
    "tf1": (
        "tf1_cell",
        "BasicRNNCell",
        """
import tensorflow.compat.v1 as tf
class BasicRNNCell(tf.nn.rnn_cell.BasicRNNCell):
    def call(self, inputs, state):
        _, h = super().call(inputs, state)
        h += tf.random.normal((3, 4), dtype=h.dtype)
        h += tf.nn.dropout(h, rate=0.5)
        return h, h
""",
    ),
}


@pytest.mark.parametrize("world", [pytest.param(world, marks=home(world)) for world in FILES])
def test_same_file_gives_the_same_bytes(world: str) -> None:
    """Twice in one judge, and in another one; calls of one worker draw other numbers."""
    package = {"keras3": "keras", "tf1": "tf_keras"}.get(world, world)
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    found = []
    for _ in range(2):
        with Servers() as servers:
            found += [drawn(servers, world) for _ in range(2)]
    first = found[0]
    assert all(one == first for one in found)
    assert first[0] != first[1] or world == "tf1"  # whose graphs have a seed each


def drawn(servers: Servers, world: str) -> list[dict[str, bytes]]:
    """Return what two calls of the world's file answer."""
    adapter, name, text = FILES[world]
    biases = "single" if world in ("keras3", "tf1") else "double"
    spec = Spec("elman", input_size=2, hidden_sizes=(4,), biases=biases)
    rng = np.random.default_rng(1)
    shapes = {"weight_ih": (1, 4, 2), "weight_hh": (1, 4, 4), "bias_ih": (1, 4), "bias_hh": (1, 4)}
    params: Arrays = {name: rng.random(shape) for name, shape in shapes.items()}
    if spec.biases == "single":
        del params["bias_hh"]
    with Session.start(world, servers=servers) as session:
        loaded = session.load_source(adapter, text.encode(), "mine.py", [name])
        bound = loaded.bind(spec, params)
        answers = [bound.step(X, {"h": H}) for _ in range(2)]
    return [{key: array.tobytes() for key, array in answer.items()} for answer in answers]

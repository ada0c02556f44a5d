"""Cells and layers with parameters, names and calls of their own, as strangers write them."""

import re
from pathlib import Path

import pytest

from tests.homework import SOLUTIONS, changed, judged
from tests.judging import home

LSTM = """
import torch
from torch import nn

class NaiveCustomLSTM(nn.Module):
    def __init__(self, input_sz, hidden_sz):
        super().__init__()
        self.hidden_size = hidden_sz
        self.W = nn.Parameter(torch.zeros(input_sz, hidden_sz * 4))
        self.U = nn.Parameter(torch.zeros(hidden_sz, hidden_sz * 4))
        self.bias = nn.Parameter(torch.zeros(hidden_sz * 4))

    def forward(self, x, init_states=None):
        bs, seq_sz, _ = x.size()
        h, c = init_states or (torch.zeros(bs, self.hidden_size),) * 2
        hidden_seq = []
        for t in range(seq_sz):
            i, f, g, o = (x[:, t, :] @ self.W + h @ self.U + self.bias).chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hidden_seq.append(h)
        return torch.stack(hidden_seq, dim=1), (h, c)

class LSTMClassifier(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.lstm = NaiveCustomLSTM(words, 32)
"""

GRU = """
import torch
from torch import nn

class GRUCell(nn.Module):
    def __init__(self, h_dim, inp_x_dim):
        super().__init__()
        for gate in "zru":
            setattr(self, gate + "h_dense", nn.Linear(h_dim, h_dim))
            setattr(self, gate + "x_dense", nn.Linear(inp_x_dim, h_dim))

    def forward(self, ht_1, xt):
        zt = torch.sigmoid(self.zh_dense(ht_1) + self.zx_dense(xt))
        rt = torch.sigmoid(self.rh_dense(ht_1) + self.rx_dense(xt))
        new = torch.tanh(self.uh_dense(rt * ht_1) + self.ux_dense(xt))
        return (1 - zt) * ht_1 + zt * new
"""

CELL = """
import torch
from torch import nn

class MyLSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.WU = nn.Linear(input_size + hidden_size, 4 * hidden_size)

    def forward(self, u, h, c):
        i, f, g, o = self.WU(torch.cat((u, h), dim=1)).chunk(4, dim=1)
        c.mul_(torch.sigmoid(f)).add_(torch.sigmoid(i) * torch.tanh(g))
        return torch.sigmoid(o) * torch.tanh(c), c

class MyLSTM(nn.Module):
    pass
"""

KERAS_2 = """
import tensorflow as tf
from tensorflow.keras import backend as K
from keras.engine.topology import Layer

class MyLSTMCell(Layer):
    def __init__(self, units, **more):
        super(MyLSTMCell, self).__init__(**more)
        self.units = units

    def build(self, input_shape):
        wide = 4 * self.units
        self.kernel = self.add_weight("kernel", shape=(input_shape[-1], wide))
        self.recurrent = self.add_weight("recurrent", shape=(self.units, wide))
        self.bias = self.add_weight("bias", shape=(wide,))

    def call(self, inputs, states):
        h, c = states
        a = K.bias_add(K.dot(inputs, self.kernel) + K.dot(h, self.recurrent), self.bias)
        i, f, g, o = tf.split(a, 4, axis=1)
        c = K.sigmoid(f) * c + K.sigmoid(i) * K.tanh(g)
        h = K.sigmoid(o) * K.tanh(c)
        return h, [h, c]
"""

RIGHT = {
    "own-lstm": (LSTM, "single biases; the batch first"),
    "own-gru-cell": (GRU, "double biases; reset before the matmul, z_takes"),
    "own-lstm-cell": (CELL, "gates i, f, g, o; single biases"),
}


@home("torch")
@pytest.mark.parametrize("name", RIGHT)
def test_right_module_gets_full_marks(tmp_path: Path, name: str) -> None:
    """Words around the name, h before x, H before D, u for the candidate, the batch first."""
    text, found = RIGHT[name]
    report = judged(tmp_path, name, text)
    assert report.mark == 100
    assert any(found in note for note in report.notes)


@home("torch")
def test_state_may_come_with_c_before_h(tmp_path: Path) -> None:
    """A state (c, h) is a convention that is found out."""
    text = changed(
        CELL,
        ("def forward(self, u, h, c):", "def forward(self, u, state):\n        c, h = state"),
        ("torch.tanh(c), c", "torch.tanh(c)"),
    )
    text = text.replace(
        "return torch.sigmoid(o) * torch.tanh(c)",
        "h = torch.sigmoid(o) * torch.tanh(c)\n        return h, (c, h)",
    )
    report = judged(tmp_path, "own-lstm-cell", text)
    assert report.mark == 100
    assert any("the state is (c, h)" in note for note in report.notes)


@home("keras3")
def test_keras_state_may_come_with_c_before_h(tmp_path: Path) -> None:
    """The same in Keras."""
    text = (SOLUTIONS / "own-lstm" / "keras.py").read_text("utf-8")
    text = text.replace("h, c = states", "c, h = states").replace("[h, c]", "[c, h]")
    report = judged(tmp_path, "own-lstm", text)
    assert report.mark == 100
    assert any("the state is (c, h)" in note for note in report.notes)


STATELESS = changed(
    LSTM,
    ("def forward(self, x, init_states=None):", "def forward(self, x):"),
    (
        "init_states or (torch.zeros(bs, self.hidden_size),) * 2",
        "[torch.zeros(bs, self.hidden_size).cuda()] * 2",
    ),
)


@home("torch")
def test_layer_that_takes_no_state_is_judged_without(tmp_path: Path) -> None:
    """It starts at zero; .cuda() does nothing where there is none; its gradients are judged too."""
    report = judged(tmp_path, "own-lstm", STATELESS)
    assert report.mark == 100
    assert any("no state is taken" in note for note in report.notes)
    cut = changed(
        STATELESS, ("hidden_seq.append(h)", "h = h.detach()\n            hidden_seq.append(h)")
    )
    failed = {
        j.outcome.family for j in judged(tmp_path, "own-lstm", cut).judged if j.worth > j.points
    }
    assert failed == {"gradient"}
    wrong = judged(tmp_path, "own-lstm", changed(STATELESS, ("torch.tanh(c)", "c")))
    assert {j.outcome.status for j in wrong.judged if j.worth} == {"passed", "failed"}


@home("torch")
def test_state_may_have_an_axis_for_layers(tmp_path: Path) -> None:
    """A state as torch.nn.LSTM has it."""
    text = changed(
        LSTM,
        (
            "h, c = init_states or",
            "h, c = (init_states[0][0], init_states[1][0]) if init_states else",
        ),
    )
    report = judged(tmp_path, "own-lstm", text)
    assert report.mark == 100
    assert any("axis for layers" in note for note in report.notes)


@home("keras3")
@pytest.mark.parametrize("variables", [False, True])
def test_class_for_keras_2_gets_full_marks(tmp_path: Path, variables: bool) -> None:
    """Weights named first, or plain variables in float32; the backend's functions; old modules."""
    text = KERAS_2
    if variables:
        text = re.sub(
            r'self.add_weight\("\w+", shape=(.*)\)\n', r"tf.Variable(tf.zeros(\1))\n", text
        )
        assert text.count("tf.Variable") == 3
    report = judged(tmp_path, "own-lstm-cell", text)
    assert report.mark == 100
    assert ("computes in float32" in report.notes) == variables


@home("torch")
def test_wrong_module_is_called_as_it_is(tmp_path: Path) -> None:
    """Where no convention fits, the batch and the biases are still those of the class."""
    report = judged(tmp_path, "own-lstm", changed(LSTM, ("torch.tanh(c)", "c")), ("reference",))
    assert {j.outcome.status for j in report.judged if j.worth} == {"failed"}
    wrong = changed(GRU, ("torch.tanh(self.uh", "torch.relu(self.uh"))
    report = judged(tmp_path, "own-gru-cell", wrong, ("reference",))
    assert {j.outcome.status for j in report.judged if j.worth} == {"failed"}

"""Wrong files in PyTorch, Keras and TensorFlow 1, one a kind of mistake: a solution with a line changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOLUTIONS = Path(__file__).parent / "solutions"

TORCH_TANH = """class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        return torch.tanh(a)

    @staticmethod
    def backward(ctx, upstream):
        return upstream


class LSTM("""
TF1_TANH = """@tf.custom_gradient
def tanh(a):
    return tf.tanh(a), lambda upstream: upstream


class BasicLSTMCell("""
KERAS_TANH = """@tf.custom_gradient
def tanh(a):
    return tf.tanh(a), lambda upstream: upstream


class LSTM("""
FIRST = "        for x_t in x:\n            h, c"


@dataclass(frozen=True)
class WrongFile:
    """A file that is wrong.

    Attributes:
        solution: from which it is made, under tests/solutions/.
        changes: (text, text in its place) pairs.
        named: the mistakes of which the first that is found must be one.
    """

    solution: str
    changes: tuple[tuple[str, str], ...]
    named: tuple[str, ...]

    @property
    def assignment(self) -> str:
        """What it answers."""
        return self.solution.partition("/")[0]

    def text(self) -> str:
        """Return the file."""
        text = (SOLUTIONS / self.solution).read_text("utf-8")
        for old, new in self.changes:
            assert old in text, old
            text = text.replace(old, new)
        return text


ORDER = ("i, f, g, o = ", "i, f, o, g = ")
WRONG = {
    "torch forward": WrongFile("lstm/torch.py", (ORDER,), ("gate_order_ifog",)),
    "torch state": WrongFile(
        "lstm/torch.py",
        (("(h[None], c[None])", "(c[None], h[None])"),),
        ("state_swapped",),
    ),
    "torch detach": WrongFile(
        "lstm/torch.py",
        (
            (
                FIRST,
                FIRST.replace("            h, c", "            c = c.detach()\n            h, c"),
            ),
        ),
        ("cell_gradient_not_carried",),
    ),
    "torch autograd function": WrongFile(
        "lstm/torch.py",
        (("class LSTM(", TORCH_TANH), ("torch.tanh(c)", "Tanh.apply(c)")),
        ("tanh_slope_of_c_left_out",),
    ),
    "torch float32": WrongFile(
        "gru/torch.py",
        (
            ("h = self.step(x_t, h)", "h = self.step(x_t, h).float().double()"),
            ("z * h + (1.0 - z) * n", "z * n + (1.0 - z) * h"),
        ),
        ("update_gate_swapped",),
    ),
    "torch two": WrongFile(
        "lstm/torch.py",
        (ORDER, (" + self.bias_hh_l0", "")),
        ("conventions",),
    ),
    "keras forward": WrongFile(
        "gru/keras.py", (("ops.tanh(n_x + r * n_h)", "n_x + r * n_h"),), ("nonlinearity_left_out",)
    ),
    "keras state": WrongFile(
        "lstm-lengths/keras.py",
        (("return (outputs, h, c)", "return (outputs, c, h)"),),
        ("state_swapped",),
    ),
    "keras stop_gradient": WrongFile(
        "lstm/keras.py",
        (("h, c = self.step(", "h = ops.stop_gradient(h)\n            h, c = self.step("),),
        ("hidden_gradient_not_carried",),
    ),
    "keras custom gradient": WrongFile(
        "lstm/keras.py",
        (
            ("import keras\n", "import keras\nimport tensorflow as tf\n"),
            ("class LSTM(", KERAS_TANH),
            ("ops.tanh(c)", "tanh(c)"),
        ),
        ("tanh_slope_of_c_left_out",),
    ),
    "tf1 forward": WrongFile("lstm/tf1.py", (("tf.tanh(c)", "c"),), ("output_without_tanh",)),
    "tf1 stop_gradient": WrongFile(
        "lstm/tf1.py",
        (("c, h = state", "c, h = state\n        c = tf.stop_gradient(c)"),),
        ("cell_gradient_not_carried",),
    ),
    "tf1 custom gradient": WrongFile(
        "lstm/tf1.py",
        (("class BasicLSTMCell(", TF1_TANH), ("tf.tanh(c)", "tanh(c)")),
        ("tanh_slope_of_c_left_out",),
    ),
    "tf1 two": WrongFile(
        "lstm/tf1.py",
        (("tf.tanh(g)", "tf.sigmoid(g)"), (" + self.forget_bias", "")),
        (),
    ),
}

"""The script that shows a failure runs without rnncheck, beside the file, and shows a wrong number."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.judge import judge
from tests.judging import home

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
NO_RNNCHECK = 'raise ImportError("the script must not need rnncheck")\n'
MOST_LINES = 48

NUMPY = (
    "elman-cell/old_state",
    "elman/transposed",
    "elman-backward/mean",
    "gru-cell/gates_swapped",
    "gru/update_swapped",
    "gru-backward/direct_path",
    "lstm-cell/returns_c",
    "lstm/gate_order",
    "lstm/missing_bias",
    "lstm-backward/cell_gradient_dropped",
    "lstm-backward/truncated",
)

LENGTHS = """
import numpy as np

def forward(params, x, state, lengths=None):
    h, outputs = state, []
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"]
        h = np.tanh(a + h @ params["weight_hh"].T + params["bias_hh"])
        outputs.append(h)
    return np.stack(outputs), h
"""

KERAS_CELL = """
import keras
from keras import ops

class SimpleRNNCell(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape):
        n = self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], n), name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(n, n), name="recurrent_kernel")
        self.bias = self.add_weight(shape=(n,), name="bias")

    def call(self, inputs, states, training=False):
        recurrent = ops.matmul(states[0], ops.transpose(self.recurrent_kernel))
        h = ops.tanh(ops.matmul(inputs, self.kernel) + recurrent + self.bias)
        return h, [h]
"""

TF1_CELL = """
import tensorflow.compat.v1 as tf

class BasicRNNCell(tf.nn.rnn_cell.RNNCell):
    def __init__(self, num_units, **kwargs):
        super().__init__(**kwargs)
        self._units = num_units

    @property
    def state_size(self):
        return self._units

    @property
    def output_size(self):
        return self._units

    def build(self, shape):
        self.kernel = self.add_weight("kernel", [shape[-1] + self._units, self._units])
        self.bias = self.add_weight("bias", [self._units])
        self.built = True

    def call(self, inputs, state):
        h = tf.tanh(tf.concat([inputs, state], 1) @ self.kernel - self.bias)
        return h, h
"""


def needs(module: str) -> pytest.MarkDecorator:
    """Skip where a module is not installed."""
    absent = importlib.util.find_spec(module) is None
    return pytest.mark.skipif(absent, reason=f"{module} is not installed")


def script_of(file: Path, assignment_name: str, *claims: str, only: str = "") -> str:
    """Judge a file by the checks with a word in their names, and return the script."""
    assignment, submission = load(assignment_name), read_submission(file)
    contract = find_contract(assignment, submission)
    contract = replace(contract, claims=contract.claims | {*claims})
    options: dict[str, Any] = {"with_diagnosis": False, "with_snippet": True}
    return judge(submission, assignment, contract, only=[only], **options).snippet


def ran(script: str, folder: Path) -> float:
    """Run a script in a folder in which rnncheck cannot be imported; return what it is off by."""
    (folder / "rnncheck.py").write_text(NO_RNNCHECK)
    (folder / "show_it.py").write_text(script)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        [sys.executable, "show_it.py"], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("should be ") for line in lines)
    return float(lines[-1].removeprefix("off by "))


def shown(source: str, assignment: str, folder: Path, *claims: str, only: str = "") -> str:
    """Return the script for a text that is wrong, after it has shown that."""
    file = folder / "mine.py"
    file.write_text(source)
    script = script_of(file, assignment, *claims, only=only)
    assert script
    assert script.count("\n") <= MOST_LINES
    assert ran(script, folder) > 1e-3
    return script


def test_script_runs_alone_is_what_is_tested(tmp_path: Path) -> None:
    """A script that imports rnncheck would be seen here."""
    with pytest.raises(AssertionError, match="must not need rnncheck"):
        ran("import rnncheck\n", tmp_path)


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_script_shows_the_wrong_number(name: str, tmp_path: Path) -> None:
    """Forward, cell and backward functions: most numbers in the script are zeros."""
    script = shown((EXAMPLES / f"{name}.py").read_text(), name.split("/")[0], tmp_path)
    assert "np.zeros" in script
    assert "import torch" not in script


@pytest.mark.parametrize("name", ["embedding/overwritten", "truncated-bptt/not_cut"])
def test_script_of_an_operation_shows_the_wrong_number(name: str, tmp_path: Path) -> None:
    """Its axes are as short as they can be, arguments that belong together are in one dict."""
    script = shown((EXAMPLES / f"{name}.py").read_text(), name.split("/")[0], tmp_path)
    assert "mine." in script
    assert ("params = {" in script) == name.startswith("truncated")


def test_script_hands_over_lengths(tmp_path: Path) -> None:
    """Where only rows that end early are wrong, the script has such rows."""
    script = shown(LENGTHS, "elman", tmp_path, "lengths")
    assert "lengths = np.array([" in script
    assert "lengths=lengths" in script


def test_script_hands_over_dropout_masks(tmp_path: Path) -> None:
    """Where only training is wrong, the script trains, under masks of its own."""
    source = (EXAMPLES / "lstm-dropout" / "not_scaled.py").read_text()
    script = shown(source, "lstm-dropout", tmp_path, only="dropout_forward")
    assert 'masks={"input": dropout_input' in script
    assert 'keep={"input": 0.5' in script


@home("torch")
@needs("torch")
@pytest.mark.parametrize("name", ["gru-cell/torch_reset_before", "lstm/torch_detached"])
def test_torch_script_shows_the_wrong_number(name: str, tmp_path: Path) -> None:
    """A cell, and the gradients of a layer."""
    only = "gradient_reference" if "detached" in name else "reference_step"
    source = (EXAMPLES / f"{name}.py").read_text()
    script = shown(source, name.split("/")[0], tmp_path, only=only)
    assert "np.zeros" in script
    assert ("backward()" in script) == (name == "lstm/torch_detached")


@home("keras3")
@needs("keras")
def test_keras_cell_script_shows_the_wrong_number(tmp_path: Path) -> None:
    """A cell of Keras."""
    assert "SimpleRNNCell(" in shown(KERAS_CELL, "elman-cell", tmp_path, only="reference_")


@home("keras3")
@needs("keras")
def test_keras_layer_script_hands_over_a_mask(tmp_path: Path) -> None:
    """A layer of Keras that takes no notice of its mask."""
    source = (EXAMPLES / "lstm" / "keras_ops.py").read_text()
    script = shown(source, "lstm", tmp_path, "lengths", "mask", only="mask_state")
    assert "mask=" in script


@home("keras3")
@needs("keras")
def test_keras_layer_script_shows_the_wrong_number(tmp_path: Path) -> None:
    """A layer of Keras with a forget bias too much."""
    source = (EXAMPLES / "lstm" / "keras_forget_bias.py").read_text()
    script = shown(source, "lstm", tmp_path, only="reference_sequence")
    assert "return_sequences=True" in script


@home("tf1")
@needs("tf_keras")
def test_tf1_cell_script_shows_the_wrong_number(tmp_path: Path) -> None:
    """A TF1 cell: the world is chosen before the file imports TensorFlow."""
    script = shown(TF1_CELL, "elman-cell", tmp_path, only="reference_")
    assert script.index("TF_USE_LEGACY_KERAS") < script.index("import mine as mine")


def test_file_that_hides_a_module_is_renamed(tmp_path: Path) -> None:
    """A file called numpy.py would be imported in the place of NumPy."""
    file = tmp_path / "numpy.py"
    file.write_text((EXAMPLES / "lstm" / "gate_order.py").read_text())
    script = script_of(file, "lstm")
    assert "import my_numpy as mine" in script
    file.rename(tmp_path / "my_numpy.py")
    assert ran(script, tmp_path) > 1e-3


def test_right_file_has_no_script() -> None:
    """Where nothing is wrong there is nothing to show."""
    assert script_of(EXAMPLES / "lstm" / "loop.py", "lstm") == ""

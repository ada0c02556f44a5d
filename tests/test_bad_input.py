"""Bad input: each is a sentence that says what to do, without a traceback, with its exit code."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from rnncheck.grading.cli import main
from tests.judging import home

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
ELMAN = EXAMPLES / "elman" / "loop.py"

FILES = {
    "a syntax error": ("bad.py", b"def forward(:\n", "line 1: invalid syntax"),
    "bytes": ("bad.py", bytes(range(256)), "not UTF-8; save it as UTF-8"),
    "a null byte": ("bad.py", b"x = 1\0\n", "null bytes"),
    "nothing": ("bad.py", b"\n", "bad.py is empty"),
    "a notebook": ("bad.ipynb", b'{"cell": []}', "it is JSON, but has no list of cells"),
    "another text": ("bad.txt", b"hello", "bad.txt is not a Python file; hand in a .py"),
}

FORWARD = """
import numpy as np

def forward(params, x, state):
    h, outputs = state, []
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"]
        h = np.tanh(a + h @ params["weight_hh"].T + params["bias_hh"])
        outputs.append(h)
    outputs = np.stack(outputs)
    return {0}
"""
RESULTS = {
    "int": ("outputs.astype(int), h", "error", "outputs came back as int64"),
    "complex": ("outputs + 0j, h", "error", "outputs came back as complex128"),
    "object": ("outputs.astype(object), h", "error", "outputs came back as object"),
    "strings": ("outputs.astype(str), h", "error", "outputs came back as <U32"),
    "bool": ("outputs > 0, h", "error", "outputs came back as bool"),
    "ragged list": ("[[1.0], [1.0, 2.0]], h", "error", "came back as a list that makes no array"),
    "none": ("None", "not implemented", "the call gave back None; asked for: (outputs, new_state)"),
    "no outputs": ("None, h", "not implemented", "outputs came back as None"),
    "a dict": ('{"outputs": outputs}', "error", "gave back dict; asked for: (outputs, new_state)"),
    "one array": ("outputs", "error", "gave back numpy.ndarray of shape (2, 1, 3); asked for"),
    "four": ("outputs, h, h, h", "error", "gave back a tuple of 4"),
    "a generator": ("(a for a in (outputs, h))", "error", "gave back generator; asked for"),
    "nan": ("outputs * np.nan, h", "failed", "outputs holds nan at [0, 0, 0]; every number"),
    "inf": ("outputs * np.inf, h", "failed", "inf at [0, 0, 0]; every number must be finite"),
    "an axis too short": ("outputs[..., 1:], h", "failed", "(2, 1, 3) = (T, B, H) is asked for"),
    "far too large": ("np.zeros((9999, 99)), h", "failed", "(9999, 99); far less is asked for"),
}

SOURCES = {
    "too few parameters": (
        "def forward(params, x): return x",
        "error",
        "forward(params, x) does not fit: too many positional arguments; "
        "it is called as forward(params, x, state)",
    ),
    "too many parameters": (
        "def forward(params, x, state, more): return x",
        "error",
        "missing a required argument: 'more'; it is called as forward(params, x, state)",
    ),
    "another TypeError": (
        "def forward(params, x, state):\n    return x + 'a'",
        "error",
        "line 2, in forward: ",
    ),
    "unknown parameter names": (
        'def forward(params, x, state):\n    return x @ params["W_ih"], x',
        "error",
        "line 2, in forward: KeyError: 'W_ih'",
    ),
    "no function": ("forward = 3", "error", "forward is int; it must be a function"),
    "a stub": ("def forward(params, x, state): raise NotImplementedError", "not implemented", ""),
    "no name": ("def run(): pass", "not implemented", "no function called 'forward'"),
    "an error at the top": ("1 / 0", "error", "line 1, in <module>: ZeroDivisionError: division"),
    "an exit at the top": ("raise SystemExit(3)", "error", "line 1, in <module>: SystemExit: 3"),
    "a module that is absent": (
        "import pandas_of_mine\ndef forward(params, x, state): pass",
        "error",
        "can import the standard library, NumPy and its own framework alone",
    ),
    "a torch tensor": (
        "def forward(params, x, state):\n    import torch\n    return torch.tensor(x)",
        "error",
        "can import the standard library, NumPy and its own framework alone",
    ),
    "a process that ends": ("import os\nos._exit(0)", "error", "the process ended"),
}

TORCH = """
import torch
from torch import nn

class RNNCell(nn.Module):
    def __init__(self, {0}):
        super().__init__()
        self.{1} = nn.Parameter(torch.zeros(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.zeros(hidden_size))
        self.bias_hh = nn.Parameter(torch.zeros(hidden_size))

    def forward(self, {2}):
        a = input @ self.{1}.T + self.bias_ih
        h = torch.tanh(a + hx @ self.weight_hh.T + self.bias_hh)
        return {3}
"""
SIZES = "input_size, hidden_size"
TORCH_CASES = {
    "constructor": (
        ("config", "weight_ih", "input, hx", "h"),
        "RNNCell(config) does not fit: too many positional arguments; it is called as RNNCell(2, 3",
    ),
    "parameter": (
        (SIZES, "W_ih", "input, hx", "h"),
        "weight_ih (3, 2) is missing; W_ih (3, 2) is not expected",
    ),
    "forward": (
        (SIZES, "weight_ih", "input", "input"),
        "forward(input) does not fit: too many positional arguments; it is called as cell(x, h)",
    ),
    "numpy": (
        (SIZES, "weight_ih", "input, hx", "h.detach().numpy()"),
        "gave back numpy.ndarray of shape (1, 3); asked for: the new h, one tensor (B, H)",
    ),
    "int": ((SIZES, "weight_ih", "input, hx", "h.long()"), "outputs came back as int64"),
    "nan": ((SIZES, "weight_ih", "input, hx", "h * float('nan')"), "outputs holds nan at [0, 0]"),
}

KERAS = """
import keras
from keras import ops

class SimpleRNNCell(keras.layers.Layer):
    def __init__(self, {0}, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = self.output_size = units

    def build(self, input_shape):
        n = self.units
        self.kernel = self.add_weight(shape=(input_shape[-1], n), name="kernel")
        self.recurrent_kernel = self.add_weight(shape=(n, n), name="recurrent_kernel")
        self.bias = self.add_weight(shape=({1},), name="bias")

    def call(self, {2}):
        return {3}
"""
KERAS_CASES = {
    "constructor": (
        ("config, units", "n", "inputs, states", "inputs, states"),
        "missing a required argument: 'units'; it is called as SimpleRNNCell(3)",
    ),
    "weight": (
        ("units", "2 * n", "inputs, states", "inputs, states"),
        "weights of shapes (2, 3), (3, 3), (6,); asked for, in order: kernel (2, 3), recurrent",
    ),
    "call": (
        ("units", "n", "inputs", "inputs"),
        "call(inputs) does not fit: too many positional arguments; it is called as cell(x, [h])",
    ),
    "list": (
        ("units", "n", "inputs, states", "[1.0, 2.0], states"),
        "gave back a list of 2 (float, float); asked for: (outputs, [h]), tensors (B, H)",
    ),
}


def check(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """Run `rnncheck check` and return its exit code and all that it printed."""
    code = main(["check", *map(str, words)])
    out, error = capsys.readouterr()
    assert "Traceback" not in out + error
    assert "site-packages" not in out + error
    return code, out + error


def checked(
    capsys: pytest.CaptureFixture[str], folder: Path, source: str, assignment: str
) -> tuple[int, str]:
    """Run the first check on a text."""
    file = folder / "mine.py"
    file.write_text(source)
    return check(capsys, file, "--assignment", assignment, "-k", "contract_result", "--no-snippet")


@pytest.mark.parametrize(("name", "source", "words"), FILES.values(), ids=FILES)
def test_file_that_is_no_python(
    name: str, source: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that cannot be read as Python is not checked: exit code 2, one line."""
    (tmp_path / name).write_bytes(source)
    code, said = check(capsys, tmp_path / name)
    assert (code, said.count("\n")) == (2, 1)
    assert words in said
    assert said.startswith("rnncheck check: ")


BAD_USE = {
    "a missing file": (["nowhere.py"], "there is no file nowhere.py; give the path of a Python"),
    "a directory": ([ELMAN.parent], "is a directory; `check` takes one Python file"),
    "an assignment": ([ELMAN, "--assignment", "rnn"], "no assignment is called 'rnn'; there are:"),
    "a word": ([ELMAN, "-k", "speed"], "no check has 'speed' in its name; there are: "),
    "a check of another kind": (
        [ELMAN, "-k", "gradient"],
        "gradient is no check of elman in this framework; there are: contract_result, ",
    ),
    "a case": (
        [ELMAN, "-k", "golden_forward", "--case", "99"],
        "there is no case 99; there are: golden_forward 0 to ",
    ),
    "a negative case": ([ELMAN, "--case", "-1"], "there is no case -1; there are: "),
    "a device": ([ELMAN, "--device", "cuda"], "computes with NumPy, which has no device cuda"),
}


@pytest.mark.parametrize(("arguments", "words"), BAD_USE.values(), ids=BAD_USE)
def test_bad_use(arguments: list[object], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was asked for is not there: exit code 2, and what there is."""
    code, said = check(capsys, *arguments)
    assert code == 2
    assert words in said


def test_unknown_device_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The parser names the devices that there are."""
    with pytest.raises(SystemExit) as ended:
        main(["check", str(ELMAN), "--device", "tpu"])
    assert ended.value.code == 2
    assert "invalid choice: 'tpu'" in capsys.readouterr().err


def test_file_that_tells_no_assignment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing tells what it answers: the line to write is shown."""
    (tmp_path / "mine.py").write_text("x = 1\n")
    code, said = check(capsys, tmp_path / "mine.py")
    assert code == 2
    assert "Write a line like `# rnncheck: " in said


@pytest.mark.parametrize(("result", "status", "words"), RESULTS.values(), ids=RESULTS)
def test_numpy_result_of_another_kind(
    result: str, status: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A result of wrong type, dtype, shape or value: exit code 1, what came, what is asked for."""
    code, said = checked(capsys, tmp_path, FORWARD.replace("{0}", result), "elman")
    assert code == 1
    assert f"\n{status:<12} contract_result: " in said
    assert words in said


@pytest.mark.parametrize(("source", "status", "words"), SOURCES.values(), ids=SOURCES)
def test_numpy_file_that_cannot_be_called(
    source: str, status: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that fails when it is loaded or called: its own line, or how it is called."""
    code, said = checked(capsys, tmp_path, source + "\n", "elman")
    assert code == 1
    assert f"\n{status:<12} contract_result: " in said
    assert words in said


def test_backward_with_another_signature(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How backward is called is said too."""
    source = FORWARD.replace("{0}", "outputs, h, None") + "\n\ndef backward(cache): return 1\n"
    (tmp_path / "mine.py").write_text(source)
    words = ("--assignment", "elman-backward", "-k", "shape_gradient", "--no-snippet")
    code, said = check(capsys, tmp_path / "mine.py", *words)
    assert code == 1
    assert "backward(cache) does not fit" in said
    assert "it is called as backward(cache, d_outputs, d_state)" in said


@home("torch")
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize(("parts", "words"), TORCH_CASES.values(), ids=TORCH_CASES)
def test_torch_class_of_another_kind(
    parts: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A constructor, a parameter, a forward or a result that is not as torch.nn's."""
    code, said = checked(capsys, tmp_path, TORCH.format(*parts), "elman-cell")
    assert code == 1
    assert words in said


@home("keras3")
@pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="keras is not installed")
@pytest.mark.parametrize(("parts", "words"), KERAS_CASES.values(), ids=KERAS_CASES)
def test_keras_class_of_another_kind(
    parts: tuple[str, ...], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A constructor, a weight, a call or a result that is not as keras.layers'."""
    code, said = checked(capsys, tmp_path, KERAS.format(*parts), "elman-cell")
    assert code == 1
    assert words in said


@home("tf1")
@pytest.mark.skipif(importlib.util.find_spec("tf_keras") is None, reason="no tf_keras here")
def test_tf1_constructor_of_another_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How the class is called is said."""
    source = (
        "import tensorflow.compat.v1 as tf\n"
        "class BasicRNNCell(tf.nn.rnn_cell.RNNCell):\n"
        "    def __init__(self): super().__init__()\n"
    )
    code, said = checked(capsys, tmp_path, source, "elman-cell")
    assert code == 1
    assert "BasicRNNCell() does not fit" in said
    assert "it is called as BasicRNNCell(3)" in said


@home("numpy")
@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_absent_framework(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A framework that is not installed: exit code 2, and how to install it."""
    code, said = checked(capsys, tmp_path, TORCH.format(SIZES, "w", "input, hx", "h"), "elman-cell")
    assert code == 2
    assert "PyTorch is not installed; install it with: pip install 'rnncheck[torch]'" in said
    assert "Nothing was checked." in said


@home("torch")
@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_absent_device(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No CUDA device: exit code 2, and which device there is."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    (tmp_path / "mine.py").write_text(TORCH.format(SIZES, "weight_ih", "input, hx", "h"))
    words = ("--assignment", "elman-cell", "--device", "cuda")
    code, said = check(capsys, tmp_path / "mine.py", *words)
    assert code == 2
    assert "no CUDA device that the world 'torch' can use; take --device cpu" in said

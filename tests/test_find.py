"""What a submission answers is found from its text, and what is wrong with it is a sentence."""

import json
from pathlib import Path

import pytest

from rnncheck.grading.assignment import load, names
from rnncheck.grading.errors import ContractError, UsageError
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from rnncheck.grading.submission import as_asked

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
EXPECTED = json.loads((EXAMPLES / "expected.json").read_text("utf-8"))
BROKEN = {"elman/empty.py", "elman/not_utf8.py", "lstm/syntax_error.py"}

NUMPY = "def forward(params, x, state): ...\n"
BOTH = NUMPY + "def backward(cache, d_outputs, d_state): ...\n"
TORCH = "from torch import nn\nclass {}(nn.Module): ...\n"


def save(folder: Path, name: str, text: str | bytes) -> Path:
    """Write a submission and return its path."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", names())
def test_own_files_are_recognised(name: str) -> None:
    """Each starter and solution gets its own assignment and contract."""
    assignment = load(name)
    solutions = {f: ROOT / "tests" / "solutions" / name / f"{f}.py" for f in assignment.contracts}
    for files in (assignment.starters(), solutions):
        for framework, path in files.items():
            submission = read_submission(path)
            assert find_assignment(submission) == name
            assert find_contract(assignment, submission).framework == framework


def test_examples_are_listed() -> None:
    """Each example has its line in expected.json; the wrong ones say what is wrong."""
    assert {str(p.relative_to(EXAMPLES)) for p in EXAMPLES.glob("*/*.py")} == set(EXPECTED)
    for entry in EXPECTED.values():
        assert entry["why"]
        assert entry["right"] != ("mistake" in entry)


@pytest.mark.parametrize("name", EXPECTED)
def test_example_is_recognised(name: str) -> None:
    """Each example is of its folder's assignment, and in the framework that its name tells."""
    submission = read_submission(EXAMPLES / name)
    assert find_assignment(submission) == Path(name).parent.name
    contract = find_contract(load(Path(name).parent.name), submission)
    taken = as_asked(submission, lenient=contract.lenient)
    assert (taken.fault is not None) == (name in BROKEN)
    first = Path(name).stem.split("_")[0]
    listed = list(load(Path(name).parent.name).contracts)
    assert contract.framework == (first if first in ("torch", "keras", "tf1") else listed[0])
    missing = set(contract.names) - submission.names
    assert not missing or name in BROKEN


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("a.py", "# rnncheck: gru-cell\n", "gru-cell"),
        ("a.py", '"""Homework."""\n\n#rnncheck:  lstm  (of Ada)\n' + NUMPY, "lstm"),
        ("a.py", "\ufeff# rnncheck: gru\r\n" + NUMPY, "gru"),
        ("my_lstm.py", NUMPY, "lstm"),
        ("my_lstm.py", BOTH, "lstm-backward"),
        ("myLSTM2.py", NUMPY, "lstm"),
        ("lstm_cell.py", NUMPY, "lstm-cell"),
        ("gru_step.py", NUMPY, "gru-cell"),
        ("my_rnn.py", NUMPY, "elman"),
        ("my_rnn.py", TORCH.format("LSTM"), "lstm"),
        ("my_lstm.py", TORCH.format("LSTMCell"), "lstm-cell"),
        ("homework.py", TORCH.format("GRUCell"), "gru-cell"),
        ("homework.py", TORCH.format("GRUCell") + "class GRU(nn.Module): ...\n", "gru"),
        ("lstm_bptt.py", "def nothing(: ...", "lstm-backward"),
        ("gru.py", "", "gru"),
    ],
)
def test_assignment_is_found(tmp_path: Path, file: str, text: str, name: str) -> None:
    """The marker decides, then the words of the file's name with the names that it defines."""
    assert find_assignment(read_submission(save(tmp_path, file, text))) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (NUMPY, "solution.py does not say which assignment it answers"),
        ("# rnncheck: lstmm\n" + NUMPY, "no assignment is called 'lstmm'; there are: .*elman"),
    ],
)
def test_assignment_is_not_guessed(tmp_path: Path, text: str, message: str) -> None:
    """Where nothing tells, the message says what to write and lists the assignments."""
    with pytest.raises(UsageError, match=message):
        find_assignment(read_submission(save(tmp_path, "solution.py", text)))


KERAS = "import keras\nclass LSTMCell(keras.layers.Layer): ...\n"
TF1 = "import tensorflow.compat.v1 as tf\nclass BasicLSTMCell(tf.nn.rnn_cell.RNNCell): ...\n"


@pytest.mark.parametrize(
    ("text", "framework"),
    [
        (NUMPY, "numpy"),
        ("import numpy as np\n", "numpy"),
        (NUMPY + "if __name__ == '__main__':\n    import torch\n", "numpy"),
        ("import torch\n" + NUMPY, "numpy"),
        ("import torch\nclass MyCell: ...\n", "torch"),
        ("try:\n    import torch\nexcept ImportError:\n    torch = None\n", "torch"),
        ("import torch\n" + KERAS, "keras"),
        ("import keras\n" + TORCH.format("LSTMCell"), "torch"),
        (KERAS, "keras"),
        ("import tensorflow as tf\nclass LSTMCell(tf.keras.layers.Layer): ...\n", "keras"),
        (TF1, "tf1"),
        ("from tensorflow.compat import v1 as tf\nclass BasicLSTMCell: ...\n", "tf1"),
        ("import tensorflow as tf\ntf = tf.compat.v1\nclass BasicLSTMCell: ...\n", "tf1"),
        ("import tensorflow as tf\nclass BasicLSTMCell(tf.compat.v1.nn.X): ...\n", "tf1"),
    ],
)
def test_contract_is_found(tmp_path: Path, text: str, framework: str) -> None:
    """Imports and names decide; a file whose names are missing still has its framework."""
    submission = read_submission(save(tmp_path, "lstm_cell.py", text))
    assert find_contract(load("lstm-cell"), submission).framework == framework


def test_no_contract_lists_what_each_asks(tmp_path: Path) -> None:
    """A file in a framework that the assignment does not offer is told what it offers."""
    path = save(tmp_path, "net.py", "import jax\ndef lstm(): ...\n")
    with pytest.raises(ContractError) as error:
        find_contract(load("lstm"), read_submission(path))
    assert "torch  defines LSTM; imports torch" in str(error.value)
    assert "The file defines lstm; it imports jax." in str(error.value)


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("a.py", b"def f(:\n", "a.py is not Python that can be read: line 1: invalid syntax"),
        ("a.py", b"x = 1\ny = '\xe9'\n", "line 2 holds the byte 0xe9, which is not UTF-8"),
        ("a.py", b"\xff\xfex\x00", "line 1 holds the byte 0xff"),
        ("a.py", b"x = 1\x00\n", "null bytes"),
        ("a.py", b"# coding: klingon\n", "unknown encoding"),
        ("a.py", b" \r\n", "a.py is empty"),
        ("a.py", b"(" * 10_000, "a.py is not Python that can be read"),
        ("a.py", b"x = " + b"-" * 200_000 + b"1", "it is nested too deeply"),
        ("a.py", b"#" * (2**22 + 1), "a.py is larger than 4 MiB"),
        ("a.ipynb", b"{}", "a.ipynb cannot be read as a notebook: it is JSON, but has no list of"),
    ],
)
def test_broken_file_has_a_fault(tmp_path: Path, name: str, source: bytes, fault: str) -> None:
    """Whatever a file holds, reading it gives a sentence and no exception."""
    submission = read_submission(save(tmp_path, name, source))
    assert fault in str(submission.fault)
    assert submission.names == frozenset()


@pytest.mark.parametrize(
    "source",
    [
        b"# -*- coding: latin-1 -*-\ncaf\xe9 = 1\ndef forward(): ...\n",
        b"\xef\xbb\xbfdef forward():\r\n    return '\\d'\r\n",
        b"if True:\n    def forward(): ...\n",
        b"forward, other = lambda: 1, 2\n",
    ],
)
def test_unusual_file_is_read(tmp_path: Path, source: bytes) -> None:
    """Encodings that Python allows, a BOM, CRLF and old escapes are no fault."""
    submission = read_submission(save(tmp_path, "a.py", source))
    assert submission.fault is None
    assert "forward" in submission.names


def test_reading_runs_nothing(tmp_path: Path) -> None:
    """The file is parsed, never executed."""
    text = f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n"
    assert read_submission(save(tmp_path, "a.py", text)).fault is None
    assert not (tmp_path / "ran").exists()


def test_missing_file_and_directory_are_errors_of_use(tmp_path: Path) -> None:
    """Both are the caller's mistake, and the message says what to do."""
    with pytest.raises(UsageError, match="give the path of a Python file"):
        read_submission(tmp_path / "none.py")
    with pytest.raises(UsageError, match="rnncheck grade"):
        read_submission(tmp_path)

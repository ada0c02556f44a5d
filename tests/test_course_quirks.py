"""Homework as it is handed in: what is odd about it costs nothing, or is named for what it is."""

import json
import re
import textwrap
from pathlib import Path

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from rnncheck.grading.judge import judge
from tests.homework import LSTM, RNN, SOLUTIONS, STEP, changed, judged, points

RIGHT = {
    "the cache is used up": changed(
        RNN, ("dh[:, t] + dnow, cache[t]", "dh[:, t] + dnow, cache.pop()")
    ),
    "float64 whatever comes in": changed(
        RNN,
        ("return np.stack(h, axis=1), caches", "return np.stack(h, axis=1).astype(float), caches"),
    ),
    "siblings that are absent": "from __future__ import print_function, division\n"
    "from builtins import range\nfrom past.builtins import xrange\nfrom .layers import *\n"
    "from cs231n.layer_utils import affine_relu\nimport matplotlib.pyplot as plt\nimport h5py\n"
    "plt.rcParams['figure.figsize'] = (10.0, 8.0)\n" + RNN.replace("range(", "xrange("),
    "prints, CRLF and global state": changed(
        "calls = []\n" + RNN,
        (
            "    next_h = np.tanh",
            "    print('step', x.shape)\n    calls.append(x)\n    next_h = np.tanh",
        ),
    ).replace("\n", "\r\n"),
    "tests at its end that fail": RNN
    + "\nx = np.load('x.npy')\nassert False\nraise SystemExit\nwhile True:\n    pass\n",
    "a sigmoid that overflows": "def half(a):\n    return np.exp(2 * a) / (np.exp(2 * a) + 1)\n"
    + changed(
        RNN,
        ("np.tanh(x @ Wx + prev_h @ Wh + b)", "2 * half(x @ Wx + prev_h @ Wh + b) - 1"),
    ),
    "ranges that are lists": changed(
        RNN,
        (
            "    h, caches, now = [],",
            "    slots = range(3)\n    slots[0] = 5\n    h, caches, now = [],",
        ),
    )
    + "\nfor k in xrange(2):\n    print k\n",
    "arrays of a GPU": changed(RNN, ("import numpy as np\n", "import cupy as np\n")),
    "another module for arrays is tried first": changed(
        RNN,
        (
            "import numpy as np\n",
            "try:\n    import cupy as np\n    from .gpu import on\nexcept (ImportError, OSError):\n"
            "    import numpy as np\n",
        ),
    ),
    "all of it under __main__": "if __name__ == '__main__':\n"
    + "".join(f"    {line}\n" if line else "\n" for line in RNN.splitlines())
    + "    raise SystemExit\n",
    "helpers of a file beside it": "from common.functions import *\n"
    + changed(
        RNN,
        ("np.tanh(x @ Wx + prev_h @ Wh + b)", "2 * sigmoid(2 * (x @ Wx + prev_h @ Wh + b)) - 1"),
    ),
    "Python 2 prints": RNN
    + "\nif True:\n    print 'dx error: ', rnn_forward.__name__, \\\n        3\nprint\nprint 'done'\n",
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_homework_gets_full_marks(tmp_path: Path, name: str) -> None:
    """What stands around right functions costs nothing."""
    report = judged(tmp_path, "cs231n-rnn", RIGHT[name])
    assert report.mark == 100, [(j.name, j.outcome.message) for j in report.judged if not j.points]
    assert ("written for Python 2" in " ".join(report.notes)) == (
        name.startswith(("Python", "sib", "ranges"))
    )


BROKEN = {
    "a missing colon": (
        "def rnn_step_backward(dnext_h, cache):",
        "def rnn_step_backward(dnext_h, cache)",
    ),
    "a bracket": ("da.sum(axis=0)", "da.sum(axis=0"),
    "an indent": ("    da = dnext_h", "     da = dnext_h"),
    "a merge": ("    da = dnext_h", "<<<<<<< HEAD\n    da = dnext_h"),
    "a text": ("    da = dnext_h", '    """to do\n    da = dnext_h'),
    "Python 2": ("    da = dnext_h", "    assert 1 <> 2\n    da = dnext_h"),
    "a return too many": ("    da = dnext_h", "    nonlocal da\n    da = dnext_h"),
}


@pytest.mark.parametrize("suffix", [".py", ".ipynb"])
@pytest.mark.parametrize("name", BROKEN)
def test_function_that_is_no_python_fails_alone(tmp_path: Path, name: str, suffix: str) -> None:
    """A syntax error stops the function that it stands in; its line is named."""
    text = changed(RNN, BROKEN[name])
    if suffix == ".ipynb":
        cell = {"cell_type": "code", "source": text.splitlines(keepends=True)}
        text = json.dumps({"cells": [cell]})
    report = judged(tmp_path, "cs231n-rnn", text, file=f"rnn_layers{suffix}")
    assert points(report) == {
        "rnn_step_forward": 1,
        "rnn_step_backward": 0,
        "rnn_forward": 1,
        "rnn_backward": 1,
    }
    own = [j for j in report.judged if j.part == "rnn_step_backward" and j.worth]
    assert {j.outcome.status for j in own} == {"error"}
    assert "not Python that can be read: " in own[0].outcome.message
    assert "line 1" in own[0].outcome.message


def test_method_that_is_no_python_fails_alone(tmp_path: Path) -> None:
    """Of a class whose backward does not parse, forward is marked."""
    text = (SOLUTIONS / "dlfs2-rnn" / "numpy.py").read_text("utf-8")
    text = changed(text, ("    def backward(self, dh_next):", "    def backward(self, dh_next)"))
    share = points(judged(tmp_path, "dlfs2-rnn", text, ("RNN_forward", "RNN_backward")))
    assert share == {"RNN_forward": 1, "RNN_backward": 0}


@pytest.mark.parametrize("encoding", ["shift_jis", "gbk", "utf-16", "latin-1"])
def test_encoding_that_is_not_named_is_guessed(tmp_path: Path, encoding: str) -> None:
    """Comments in the encoding of the author's system cost nothing."""
    path = tmp_path / "rnn_layers.py"
    comment = "caf\u00e9" if encoding == "latin-1" else "\u5165\u529b\u8868"
    path.write_bytes(f"# {comment}\n{RNN}".encode(encoding))
    submission, assignment = read_submission(path), load("cs231n-rnn")
    contract = find_contract(assignment, submission)
    report = judge(submission, assignment, contract, only=STEP, with_diagnosis=False)
    assert report.mark == 100
    assert "read as" in " ".join(report.notes)


@pytest.mark.parametrize("encoding", ["shift_jis", "gbk", "latin-1"])
def test_file_may_name_its_encoding(tmp_path: Path, encoding: str) -> None:
    """What Python reads is read: comments in another encoding than UTF-8."""
    comment = "café" if encoding == "latin-1" else "\u5165\u529b"
    path = tmp_path / "rnn_layers.py"
    path.write_bytes(f"# -*- coding: {encoding} -*-\n# {comment}\n{RNN}".encode(encoding))
    submission = read_submission(path)
    assert comment in submission.code.decode("utf-8")
    contract = find_contract(load("cs231n-rnn"), submission)
    report = judge(submission, load("cs231n-rnn"), contract, only=STEP, with_diagnosis=False)
    assert report.mark == 100


def test_functions_may_be_methods(tmp_path: Path) -> None:
    """A class around the functions is no fault, and its loops are judged with right steps."""
    text = (SOLUTIONS / "dlai-rnn" / "numpy.py").read_text("utf-8").partition("\n")[2]
    head, _, body = text.partition("\ndef rnn_cell_forward")
    body = re.sub(r"(?m)^def (rnn_\w+)\(", r"def \1(self, ", f"def rnn_cell_forward{body}")
    body = re.sub(r" = rnn_cell_", " = self.rnn_cell_", body)
    text = f"{head}\nclass Network:\n{textwrap.indent(body, '    ')}"
    path = tmp_path / "network.py"
    path.write_text(text, "utf-8")
    assert find_assignment(read_submission(path)) == "dlai-rnn"
    assert judged(tmp_path, "dlai-rnn", text).mark == 100
    wrong = changed(text, ("a_next = np", "a_next = 2 * np"))
    assert points(judged(tmp_path, "dlai-rnn", wrong, ("rnn_forward",)))["rnn_forward"] == 1


def test_arguments_changed_in_place_are_no_fault(tmp_path: Path) -> None:
    """dnext_c += ... is right: the arguments are copies."""
    text = changed(
        LSTM,
        ("    dc = dnext_c + dnext_h", "    dnext_c += dnext_h"),
        ("    da = np", "    dc = dnext_c\n    da = np"),
    )
    report = judged(tmp_path, "cs231n-lstm", text, ("lstm_step_backward",))
    assert report.mark == 100


def test_textbook_sigmoid_may_warn(tmp_path: Path) -> None:
    """An overflow in exp is a warning, and the sigmoid is right all the same."""
    report = judged(tmp_path, "cs231n-lstm", LSTM, ("lstm_step_forward",))
    assert "np.exp(-x)" in LSTM
    assert report.mark == 100


STUBS = {
    "returns None": "    next_h, cache = None, None\n    return next_h, cache\n",
    "names that are not there": "    # write here\n    pass\n    return next_h, cache\n",
    "None in the places to fill": "    for t in range(None):\n        a = np.dot(None, None)\n    return a\n",
    "NotImplemented": "    return NotImplemented\n",
}


@pytest.mark.parametrize("name", STUBS)
def test_untouched_stub_is_not_implemented(tmp_path: Path, name: str) -> None:
    """A stub that crashes is a stub."""
    text = "import numpy as np\ndef rnn_step_forward(x, prev_h, Wx, Wh, b):\n" + STUBS[name]
    report = judged(tmp_path, "cs231n-rnn", text, STEP)
    assert {j.outcome.status for j in report.judged if j.worth} == {"not implemented"}


NAMED = {
    "np.float": (
        "np.tanh(x @ Wx + prev_h @ Wh + b)",
        "np.tanh((x @ Wx + prev_h @ Wh + b).astype(np.float))",
        "works on an older NumPy, which had np.float",
    ),
    "ragged": (
        "    next_h = np",
        "    np.array([[1.0], [1.0, 2.0]])\n    next_h = np",
        "works on an older NumPy",
    ),
    "a range that is no list": (
        "    next_h = np",
        "    range(3)[0] = 1\n    next_h = np",
        "is written for Python 2, where range gave a list",
    ),
    "N / 4": (
        "    next_h = np",
        "    half = x[: len(x) / 2]\n    next_h = np",
        "is written for Python 2",
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_code_of_another_time_is_named(tmp_path: Path, name: str) -> None:
    """What NumPy or Python no longer do is said to be that."""
    old, new, message = NAMED[name]
    report = judged(
        tmp_path, "cs231n-rnn", changed(RNN, (old, new)), ("rnn_step_forward.reference_step",)
    )
    assert message in report.judged[0].outcome.message


def test_python_2_divides_as_it_did(tmp_path: Path) -> None:
    """In a file with Python 2's prints N / 2 is a whole number, and 1.0 / 2 is not."""
    text = changed(
        RNN,
        ("    next_h = np", "    print 'half', x[: len(x) / 2] * (1 / 2.0)\n    next_h = np"),
    )
    report = judged(tmp_path, "cs231n-rnn", text, STEP)
    assert report.mark == 100
    assert any("written for Python 2" in note for note in report.notes)


def test_xrange_alone_tells_python_2(tmp_path: Path) -> None:
    """A file that asks for xrange and does not bind it was never run by Python 3."""
    text = changed(
        RNN, ("    next_h = np", "    half = [x[: len(x) / 2] for _ in xrange(1)]\n    next_h = np")
    )
    assert judged(tmp_path, "cs231n-rnn", text, STEP).mark == 100


def test_python_2_that_is_more_than_prints_is_named(tmp_path: Path) -> None:
    """What cannot be read as Python 3 says for which Python it was written."""
    report = judged(tmp_path, "cs231n-rnn", RNN + "\nif 1 <> 2:\n    print 'x'\n", STEP)
    assert report.mark == 100
    assert any("is written for Python 2" in note for note in report.notes)


def test_bias_gradient_as_a_row_is_a_shape_fault_alone(tmp_path: Path) -> None:
    """A db (1, H) is wrong in its shape; its numbers are judged and right."""
    text = changed(RNN, ("da.sum(axis=0)", "da.sum(axis=0, keepdims=True)"))
    report = judged(tmp_path, "cs231n-rnn", text, ("rnn_backward",))
    failed = [j.name for j in report.judged if j.outcome.status == "failed"]
    assert failed == ["rnn_backward.shape_gradient"]
    step = judged(tmp_path, "cs231n-rnn", text, ("rnn_step_backward",))
    assert step.mark == 100
    assert any("d.b has shape (1, " in note for note in step.notes)


def test_one_row_one_step_one_unit_are_tried(tmp_path: Path) -> None:
    """squeeze() is found where an axis has one element."""
    text = changed(
        RNN, ("    return next_h, (x,", "    next_h = next_h.squeeze()\n    return next_h, (x,")
    )
    report = judged(tmp_path, "cs231n-rnn", text, ("rnn_step_forward.shape",))
    assert {j.outcome.check for j in report.judged if j.outcome.status == "failed"} == {
        "shape_edges",
        "shape_forward",
    }

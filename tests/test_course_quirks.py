"""Homework as it is handed in: what is odd about it costs nothing, or is named for what it is."""

import json
from pathlib import Path

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.cli import main
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from rnncheck.grading.implementations import submission_handles
from rnncheck.grading.judge import judge
from rnncheck.grading.report import Report
from rnncheck.suites.driver import run_pair

SOLUTIONS = Path(__file__).parent / "solutions"
RNN = (SOLUTIONS / "cs231n-rnn" / "numpy.py").read_text("utf-8")
LSTM = (SOLUTIONS / "cs231n-lstm" / "numpy.py").read_text("utf-8")
STEP = ("rnn_step_forward",)
LOOPS = ("rnn_forward", "rnn_backward")


def judged(
    folder: Path, name: str, text: str, only: tuple[str, ...] = (), file: str = "rnn_layers.py"
) -> Report:
    """Judge a text as a file of an assignment."""
    path = folder / file
    path.write_bytes(text.encode())
    submission, assignment = read_submission(path), load(name)
    contract = find_contract(assignment, submission)
    return judge(submission, assignment, contract, only=only, with_diagnosis=False)


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """Return a text with each first string replaced by the second."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def points(report: Report) -> dict[str, float]:
    """Return the share of its points that each part earned."""
    parts = {j.part: [0.0, 0.0] for j in report.judged}
    for j in report.judged:
        parts[j.part][0] += j.points
        parts[j.part][1] += j.worth
    return {part: round(got / worth, 6) for part, (got, worth) in parts.items() if worth}


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
    """A file that cannot be read as Python 3 says for which Python it was written."""
    report = judged(tmp_path, "cs231n-rnn", RNN + "\nif 1 <> 2:\n    print 'x'\n", STEP)
    assert "is written for Python 2" in report.fault


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


def test_wrong_step_is_charged_once(tmp_path: Path) -> None:
    """The loops around a wrong step are judged with right steps, and are right."""
    report = judged(tmp_path, "cs231n-rnn", changed(RNN, ("prev_h @ Wh + b)", "prev_h @ Wh)")))
    share = points(report)
    assert share["rnn_step_forward"] < 0.6
    assert [share[part] for part in LOOPS] == [1, 1]
    assert any("given right steps" in note for note in report.notes)


def test_loop_alone_is_judged_alone(tmp_path: Path) -> None:
    """Steps from a file that was not handed in are stood in for while the loops are judged."""
    loops = RNN[RNN.index("def rnn_forward") :]
    report = judged(tmp_path, "cs231n-rnn", "from steps import *\nimport numpy as np\n" + loops)
    share = points(report)
    assert [share[part] for part in LOOPS] == [1, 1]
    assert share["rnn_step_forward"] == share["rnn_step_backward"] == 0


def test_loop_that_looks_into_its_steps_caches_is_judged(tmp_path: Path) -> None:
    """What stands in for a wrong step remembers what the wrong step remembers."""
    text = changed(
        RNN,
        ("prev_h @ Wh + b)", "prev_h @ Wh)"),
        (
            "return next_h, (x, prev_h, Wx, Wh, next_h)",
            "return next_h, {'all': (x, prev_h, Wx, Wh, next_h)}",
        ),
        ("x, prev_h, Wx, Wh, next_h = cache", "x, prev_h, Wx, Wh, next_h = cache['all']"),
        ("now, Wx, Wh, b)", "now, Wx, b=b, Wh=Wh)"),
        (
            "dx, dnow, sums = [], 0, [0, 0, 0]",
            "dx, dnow, sums = [], 0 * cache[0]['all'][1], [0, 0, 0]",
        ),
    )
    share = points(judged(tmp_path, "cs231n-rnn", text))
    assert [share[part] for part in LOOPS] == [1, 1]


def test_right_steps_do_not_hide_a_wrong_loop(tmp_path: Path) -> None:
    """A loop that does not carry the state is wrong with right steps, too."""
    text = changed(
        RNN, ("prev_h @ Wh + b)", "prev_h @ Wh)"), ("x[:, t], now, Wx", "x[:, t], h0, Wx")
    )
    share = points(judged(tmp_path, "cs231n-rnn", text, ("rnn_step_forward", "rnn_forward")))
    assert share["rnn_forward"] < 0.6


def test_stand_in_is_there_for_the_loop_alone(tmp_path: Path) -> None:
    """A step that asks itself for the answer finds no stand-in."""
    text = changed(
        RNN,
        (
            "    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n",
            "    return rnn_step_forward(x, prev_h, Wx, Wh, b)\n",
        ),
    )
    share = points(judged(tmp_path, "cs231n-rnn", text, STEP))
    assert share["rnn_step_forward"] == 0


def notebook(*cells: str) -> str:
    """Return the JSON of a notebook with these code cells."""
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# Homework\n"]}
    code = [
        {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "source": cell.splitlines(keepends=True),
        }
        for cell in cells
    ]
    return json.dumps({"cells": [text, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_notebook_is_read_past_magics_and_tests(tmp_path: Path) -> None:
    """Heavy imports, magics, cells that fail and globals of test cells are coped with."""
    text = notebook(
        "%matplotlib inline\n%load_ext autoreload\nimport matplotlib.pyplot as plt\n!pip install h5py\n"
        "from cs231n.rnn_layers import *\nimport numpy as np",
        "%%bash\nls",
        "data = load_coco_data(pca_features=True)\nH = 5",
        RNN.replace("np.tanh(", "one * np.tanh("),
        "one = np.ones(1)\nx = np.linspace(-1, 1, 10)\nprint(rnn_forward(x, None, None, None))",
        "this is no Python",
        "%timeit rnn_forward\nrnn_forward?",
    )
    report = judged(tmp_path, "cs231n-rnn", text, file="RNN_Captioning.ipynb")
    assert report.mark == 100, report.notes
    assert "2 cells of the notebook are no Python" in " ".join(report.notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "it is not the JSON of a notebook"),
        ('{"cells": 3}', "has no list of cells"),
        (json.dumps({"cells": [{}] * 2001}), "it has 2001 cells; at most 2000 are read"),
        ("not JSON", "it is not the JSON of a notebook"),
    ],
)
def test_hostile_notebook_is_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    """No notebook stops the judge."""
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    assert message in str(read_submission(path).fault)


def test_odd_cells_are_left_out(tmp_path: Path) -> None:
    """Cells of another form are no code; the worksheets of an old notebook are read."""
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": [3, {"cell_type": "code", "source": [1, "x = 1\n"]}]}))
    assert read_submission(path).names == {"x"}
    sheet = {"cells": [{"cell_type": "code", "input": "y = 1"}]}
    path.write_text(json.dumps({"worksheets": [sheet, 4]}))
    assert read_submission(path).names == {"y"}


@pytest.mark.parametrize(
    "name",
    [p.name for p in SOLUTIONS.iterdir() if p.name[:3] in ("cs2", "dlf", "dla", "cmu", "d2l")],
)
def test_family_is_known_by_its_names(tmp_path: Path, name: str) -> None:
    """A file without a marker is of the course whose names it defines."""
    (source,) = (SOLUTIONS / name).glob("*.py")
    path = tmp_path / "solution.py"
    path.write_text(source.read_text("utf-8").split("\n", 1)[1])
    assert find_assignment(read_submission(path)) == name


def test_suites_take_each_part_as_it_is_judged(tmp_path: Path) -> None:
    """Under pytest a part is an implementation; loops are given right steps for wrong ones."""
    path = tmp_path / "rnn_layers.py"
    path.write_text(changed(RNN, ("prev_h @ Wh + b)", "prev_h @ Wh)")))
    ended = {}
    for handle in submission_handles(path, "cs231n-rnn"):
        runs = [(c, r) for c, records in handle.plan() for r in records if c.family == "reference"]
        ended[handle.name] = {run_pair(handle.bind, c, r).status for c, r in runs[:1]}
        handle.close()
    assert ended == {
        "rnn_layers.py-rnn_step_forward": {"failed"},
        "rnn_layers.py-rnn_step_backward": set(),
        "rnn_layers.py-rnn_forward": {"passed"},
        "rnn_layers.py-rnn_backward": set(),
    }


def test_gradient_flow_of_a_part_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The part that shows gradients best is looked at; what holds no network is refused."""
    path = SOLUTIONS / "cs231n-rnn" / "numpy.py"
    assert main(["explain", "gradient-flow", str(path), "--steps", "3"]) == 0
    assert "seen through rnn_backward" in capsys.readouterr().out
    path = SOLUTIONS / "cs231n-lstm" / "numpy.py"
    assert main(["explain", "gradient-flow", str(path), "--steps", "3"]) == 0
    assert "seen through lstm_step_backward" in capsys.readouterr().out
    layers = SOLUTIONS / "cs231n-layers" / "numpy.py"
    assert main(["explain", "gradient-flow", str(layers), "--out", str(tmp_path)]) == 2
    assert "and no network" in capsys.readouterr().err

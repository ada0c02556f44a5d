"""Homework in parts and notebooks: each is judged alone, and none needs another to be right."""

import json
from pathlib import Path

import pytest

from rnncheck.grading.cli import main
from rnncheck.grading.find import find_assignment, read_submission
from rnncheck.grading.implementations import submission_handles
from rnncheck.suites.driver import run_pair
from tests.homework import LOOPS, RNN, SOLUTIONS, STEP, changed, judged, points

COURSES = ("cs2", "dlf", "dla", "cmu", "d2l")


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
        "%%writefile rnn_layers.py\n" + RNN.replace("np.tanh(", "one * np.tanh("),
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
    "source",
    [p for p in SOLUTIONS.glob("*/*.py") if p.parent.name[:3] in COURSES],
    ids=lambda path: f"{path.parent.name} {path.stem}",
)
def test_family_is_known_by_its_names(tmp_path: Path, source: Path) -> None:
    """A file without a marker is of the course whose names it defines."""
    path = tmp_path / "solution.py"
    path.write_text(source.read_text("utf-8").split("\n", 1)[1])
    assert find_assignment(read_submission(path)) == source.parent.name


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

"""The commonest faults of homework are wrong in every family; what courses leave open is not."""

from pathlib import Path

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.judge import judge
from rnncheck.grading.marks import mark
from rnncheck.grading.report import Report

SOLUTIONS = Path(__file__).parent / "solutions"

PARTS = ("lstm_step_forward", "lstm_step_backward", "lstm_forward", "lstm_backward")
BUGS = {
    "no gradient through time": (
        "cs231n-rnn",
        "rnn_backward",
        ("rnn_step_backward(dh[:, t] + dnow, cache[t])", "rnn_step_backward(dh[:, t], cache[t])"),
    ),
    "= for +=": (
        "cs231n-rnn",
        "rnn_backward",
        ("[total + more for total, more", "[more for _, more"),
    ),
    "the state is not carried": (
        "cs231n-rnn",
        "rnn_forward",
        ("rnn_step_forward(x[:, t], now, Wx", "rnn_step_forward(x[:, t], h0, Wx"),
    ),
    "a mean over the batch": (
        "cs231n-rnn",
        "rnn_step_backward",
        ("da.sum(axis=0)", "da.mean(axis=0)"),
    ),
    "gates i, f, g, o in both directions": (
        "cs231n-lstm",
        "lstm_step_forward",
        ("    i, f, o, g = np.split(x", "    i, f, g, o = np.split(x"),
    ),
    "the old cell state": (
        "cs231n-lstm",
        "lstm_step_forward",
        ("next_h = o * np.tanh(next_c)", "next_h = o * np.tanh(prev_c)"),
    ),
    "c starts at h0": ("cs231n-lstm", "lstm_forward", ("h0, np.zeros_like(h0)", "h0, h0")),
    "weight gradients in another variable": (
        "dlfs2-lstm",
        "LSTM_backward",
        ("            grad[...] = value\n", "            grad = value\n"),
    ),
    "the gradient of h is not handed on": (
        "dlfs2-rnn",
        "TimeRNN_backward",
        ("dhs[:, t] + dh)", "dhs[:, t])"),
    ),
    "the upstream gradient is ignored": (
        "cmu11785-rnn",
        "RNNCell_backward",
        ("delta * (1 - h_t**2)", "1 - h_t**2"),
    ),
    "softmax over the batch": (
        "dlai-rnn",
        "rnn_cell_forward_yt_pred",
        ("powers.sum(axis=0)", "powers.sum(axis=1, keepdims=True)"),
    ),
    "by left out": (
        "dlai-lstm",
        "lstm_cell_forward_yt_pred",
        (' @ a_next + parameters["by"]', " @ a_next"),
    ),
    "y from the old a": (
        "dlai-rnn",
        "rnn_cell_forward_yt_pred",
        ('parameters["Wya"] @ a_next', 'parameters["Wya"] @ a_prev'),
    ),
    "y of the first step only": (
        "dlai-lstm",
        "lstm_forward_y",
        ("y.append(y_t)", "y[:] = y[:t] + [y_t[::-1]]"),
    ),
    "the gradient of c is not handed on": (
        "dlai-lstm",
        "lstm_backward",
        ("da[:, :, t] + da_prev, dc_prev", "da[:, :, t] + da_prev, 0 * dc_prev"),
    ),
}


def judged(folder: Path, name: str, part: str, *pairs: tuple[str, str], explain: bool) -> Report:
    """Judge a part of a solution in which the first of each pair is replaced by the second."""
    text = (SOLUTIONS / name / "numpy.py").read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path = folder / "homework.py"
    path.write_text(text)
    submission, assignment = read_submission(path), load(name)
    contract = find_contract(assignment, submission)
    only = (part,) if part else ()
    return judge(submission, assignment, contract, only=only, with_diagnosis=explain)


@pytest.mark.parametrize("bug", BUGS)
def test_bug_is_found(tmp_path: Path, bug: str) -> None:
    """The part that has it loses marks."""
    name, part, pair = BUGS[bug]
    report = judged(tmp_path, name, part, pair, explain=False)
    assert report.mark is not None
    assert report.mark < 60


NAMED = {
    "no gradient through time": "state_gradient_not_added",
    "= for +=": "weight_gradient_overwritten",
    "the state is not carried": "state_not_carried",
    "the old cell state": "old_cell_at_output",
    "c starts at h0": "cell_starts_as_hidden",
    "weight gradients in another variable": "parameter_gradient_zero",
    "the gradient of h is not handed on": "state_gradient_not_added",
    "the upstream gradient is ignored": "upstream_taken_as_one",
    "the gradient of c is not handed on": "cell_gradient_not_carried",
}


@pytest.mark.parametrize("bug", NAMED)
def test_bug_is_named_and_costs_as_much(tmp_path: Path, bug: str) -> None:
    """A mistake of the catalogue is named in a course's homework, too; its part loses most marks."""
    name, part, pair = BUGS[bug]
    report = judged(tmp_path, name, part, pair, explain=True)
    assert NAMED[bug] in {j.diagnosis.mistake for j in report.judged if j.diagnosis}
    assert report.mark is not None
    assert report.mark < 60


def test_one_mistake_is_charged_in_one_part(tmp_path: Path) -> None:
    """The backward step is right but for what the forward step got wrong: it costs nothing more."""
    text = (SOLUTIONS / "cs231n-lstm" / "numpy.py").read_text("utf-8")
    path = tmp_path / "rnn_layers.py"
    path.write_text(text.replace("sigmoid(f)", "sigmoid(f + 1)"))
    submission, assignment = read_submission(path), load("cs231n-lstm")
    report = judge(submission, assignment, find_contract(assignment, submission))
    lost = {j.part for j in report.judged if j.points < j.worth}
    assert lost == {"lstm_step_forward"}
    assert {j.follows.partition(".")[0] for j in report.judged if j.follows} == lost


def test_c_of_every_step_is_judged(tmp_path: Path) -> None:
    """The third value of lstm_forward holds the memory of every step."""
    pair = ("        c.append(cell)", "        c.append(now)")
    report = judged(tmp_path, "dlai-lstm", "lstm_forward", pair, explain=False)
    assert [j.outcome.check for j in report.judged if j.points < j.worth] == ["reference_sequence"]


@pytest.mark.parametrize(
    ("name", "part", "pair"),
    [
        ("dlai-lstm", "lstm_backward", ("dc * c_prev * ft * (1 - ft)", "dc * c_prev * ft")),
        ("dlai-lstm", "lstm_forward", ("ot * np.tanh(c_next)", "ot * c_next")),
        ("dlai-rnn", "rnn_forward_y_pred", ('+ parameters["by"]', "")),
    ],
)
def test_features_first_loops_are_given_right_steps(
    tmp_path: Path, name: str, part: str, pair: tuple[str, str]
) -> None:
    """A loop around a wrong step is right, where features come first too."""
    assert judged(tmp_path, name, part, pair, explain=False).mark == 100


def test_a_wrong_step_costs_most_of_its_part_alone(tmp_path: Path) -> None:
    """Its gradients are those of the wrong equation: they follow; loops are given right steps."""
    pair = ("next_c = f * prev_c + i * g", "next_c = prev_c + i * g")
    report = judged(tmp_path, "cs231n-lstm", "", pair, explain=True)
    marks = {name: mark([j for j in report.judged if j.part == name]) for name in PARTS}
    assert marks.pop("lstm_step_forward") < 40
    assert set(marks.values()) == {100.0}
    followed = {j.name: j.follows for j in report.judged if j.follows}
    assert followed == {"lstm_step_backward.gradient_step": "lstm_step_forward.reference_step"}


def test_mean_gradients_of_cmu_are_a_convention(tmp_path: Path) -> None:
    """Means over the batch are right where the course leaves it open, and reported."""
    pairs = [(f"{g}.sum(axis=0)", f"{g}.mean(axis=0)") for g in ("dz",)]
    pairs += [(f"dz.T @ {x}", f"dz.T @ {x} / len(dz)") for x in ("h_prev_l", "h_prev_t")]
    report = judged(tmp_path, "cmu11785-rnn", "RNNCell_backward", *pairs, explain=False)
    assert report.mark == 100
    assert any("weight gradients are means over the batch" in note for note in report.notes)


def test_gru_without_a_bias_is_a_convention(tmp_path: Path) -> None:
    """The first printing of the book has a GRU of two weights."""
    pairs = [
        ("def __init__(self, Wx, Wh, b)", "def __init__(self, Wx, Wh)"),
        ("[Wx, Wh, b]", "[Wx, Wh]"),
        ("Wx, Wh, b = self.params", "Wx, Wh = self.params"),
        ("x @ Wx + b,", "x @ Wx,"),
        ("Wx, Wh, _ = self.params", "Wx, Wh = self.params"),
        ("dWh, da.sum(axis=0))", "dWh)"),
    ]
    report = judged(tmp_path, "dlfs2-gru", "GRU_backward", *pairs, explain=False)
    assert report.mark == 100
    assert any("without a bias" in note for note in report.notes)


OLD_GRU = """
import numpy as np
from activation import *

class GRUCell(object):
    def __init__(self, in_dim, hidden_dim):
        self.d, self.h = in_dim, hidden_dim
        self.Wzh = np.random.randn(self.h, self.h)
        self.Wrh, self.Wh = np.random.randn(self.h, self.h), np.random.randn(self.h, self.h)
        self.Wzx = np.random.randn(self.h, self.d)
        self.Wrx, self.Wx = np.random.randn(self.h, self.d), np.random.randn(self.h, self.d)
        self.z_act, self.r_act, self.h_act = Sigmoid(), Sigmoid(), Tanh()

    def forward(self, x, h):
        self.x, self.hidden = x, h
        self.z = self.z_act(np.dot(self.Wzh, h) + np.dot(self.Wzx, x))
        self.r = self.r_act(np.dot(self.Wrh, h) + np.dot(self.Wrx, x))
        self.h_tilda = self.h_act(np.dot(self.Wh, self.r * h) + np.dot(self.Wx, x))
        h_t = (1 - self.z) * h + self.z * self.h_tilda
        assert h_t.shape == (self.h,)
        return h_t

    def backward(self, delta):
        dn = delta * self.z * self.h_act.derivative()
        dz = delta * (self.h_tilda - self.hidden) * self.z_act.derivative()
        back = np.dot(dn, self.Wh)
        dr = back * self.hidden * self.r_act.derivative()
        self.dWx, self.dWh = np.outer(dn, self.x), np.outer(dn, self.r * self.hidden)
        self.dWzx, self.dWzh = np.outer(dz, self.x), np.outer(dz, self.hidden)
        self.dWrx, self.dWrh = np.outer(dr, self.x), np.outer(dr, self.hidden)
        dx = np.dot(dn, self.Wx) + np.dot(dz, self.Wzx) + np.dot(dr, self.Wrx)
        dh = delta * (1 - self.z) + back * self.r + np.dot(dz, self.Wzh) + np.dot(dr, self.Wrh)
        return dx.reshape(1, -1), dh.reshape(1, -1)
"""


def test_older_terms_of_cmu_are_known(tmp_path: Path) -> None:
    """No biases, no init_weights, one row at a time, other names: it is found out and reported."""
    path = tmp_path / "gru.py"
    path.write_text(OLD_GRU)
    submission, assignment = read_submission(path), load("cmu11785-gru")
    contract = find_contract(assignment, submission)
    report = judge(submission, assignment, contract, with_diagnosis=False)
    assert report.mark == 100, [(j.name, j.outcome.message) for j in report.judged if j.worth]
    assert any("reset before the matmul" in note for note in report.notes)

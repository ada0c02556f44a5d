"""What real homework gets wrong in its backward pass is named by `rnncheck check`, whole files too."""

from pathlib import Path
from typing import Any

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.cli import main
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.judge import judge
from rnncheck.mistakes import every_mistake
from tests.homework import RNN, SOLUTIONS, changed, judged

CS231N = """
from builtins import range
import numpy as np

def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))

def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H:2*H]), sigmoid(a[:, 2*H:3*H])
    g = np.tanh(a[:, 3*H:])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c)

def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, next_c = cache
    do = dnext_h * np.tanh(next_c)
    dprev_c = dnext_c * f
    dc = dnext_c + dnext_h * o * (1 - np.tanh(next_c)**2)
    di, df, dg = dc * g, dc * prev_c, dc * i
    da = np.hstack((di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)))
    return da.dot(Wx.T), da.dot(Wh.T), dprev_c, x.T.dot(da), prev_h.T.dot(da), da.sum(axis=0)

def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h, cache = np.zeros((N, T, h0.shape[1])), []
    prev_h, prev_c = h0, np.zeros_like(h0)
    for t in range(T):
        prev_h, prev_c, step = lstm_step_forward(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = prev_h
        cache.append(step)
    return h, cache

def lstm_backward(dh, cache):
    N, T, H = dh.shape
    x, _, _, Wx, Wh = cache[0][:5]
    dx, dWx, dWh, db = np.zeros((N, T, x.shape[1])), np.zeros_like(Wx), np.zeros_like(Wh), 0
    dprev_h, dprev_c = np.zeros((N, H)), np.zeros((N, H))
    for t in reversed(range(T)):
        step = lstm_step_backward(dh[:, t, :] + dprev_h, dprev_c, cache[t])
        dx[:, t, :], dprev_h, dprev_c = step[:3]
        dWx, dWh, db = dWx + step[3], dWh + step[4], db + step[5]
    return dx, dprev_h, dWx, dWh, db
"""

DLAI = """
import numpy as np
from rnn_utils import *

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    Wf, bf, Wi, bi = (parameters[k] for k in ("Wf", "bf", "Wi", "bi"))
    Wc, bc, Wo, bo = (parameters[k] for k in ("Wc", "bc", "Wo", "bo"))
    concat = np.concatenate((a_prev, xt))
    ft, it = sigmoid(np.dot(Wf, concat) + bf), sigmoid(np.dot(Wi, concat) + bi)
    cct = np.tanh(np.dot(Wc, concat) + bc)
    c_next = ft * c_prev + it * cct
    ot = sigmoid(np.dot(Wo, concat) + bo)
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(np.dot(parameters["Wy"], a_next) + parameters["by"])
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)

def lstm_forward(x, a0, parameters):
    caches = []
    n_x, m, T_x = x.shape
    n_y, n_a = parameters["Wy"].shape
    a, c, y = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x))
    a_next = a0
    c_next = c[:, :, 0]
    for t in range(T_x):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a[:, :, t], y[:, :, t], c[:, :, t] = a_next, yt, c_next
        caches.append(cache)
    return a, y, c, (caches, x)

def lstm_cell_backward(da_next, dc_next, cache):
    (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters) = cache
    n_a, m = a_next.shape
    dot = da_next * np.tanh(c_next) * ot * (1 - ot)
    on = ot * (1 - np.square(np.tanh(c_next)))
    dcct = dc_next * it + on * it * da_next * cct * (1 - np.square(np.tanh(cct)))
    dit = dc_next * cct + on * cct * da_next * it * (1 - it)
    dft = dc_next * c_prev + on * c_prev * da_next * ft * (1 - ft)
    concat = np.concatenate((a_prev, xt)).T
    gradients = {}
    for name, d in (("f", dft), ("i", dit), ("c", dcct), ("o", dot)):
        gradients["dW" + name] = np.dot(d, concat)
        gradients["db" + name] = np.sum(d, axis=1, keepdims=True)
    both = sum(np.dot(parameters["W" + n].T, d) for n, d in zip("fico", (dft, dit, dcct, dot)))
    gradients["da_prev"], gradients["dxt"] = both[:n_a], both[n_a:]
    gradients["dc_prev"] = dc_next * ft + ot * (1 - np.square(np.tanh(c_next))) * ft * da_next
    return gradients

def lstm_backward(da, caches):
    (caches, x) = caches
    n_a, m, T_x = da.shape
    names = [k + g for g in "fico" for k in ("dW", "db")]
    dx, total = np.zeros(x.shape), dict.fromkeys(names, 0)
    da_prevt, dc_prevt = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        found = lstm_cell_backward(da[:, :, t] + da_prevt, dc_prevt, caches[t])
        da_prevt, dc_prevt, dx[:, :, t] = found["da_prev"], found["dc_prev"], found["dxt"]
        total = {name: total[name] + found[name] for name in names}
    return {"dx": dx, "da0": da_prevt, **total}
"""

STEP, CELL = "lstm_step_backward", "lstm_cell_backward"
RIGHT_CELL = (
    (
        "dc_next * it + on * it * da_next * cct * (1 - np.square(np.tanh(cct)))",
        "dc * it * (1 - cct**2)",
    ),
    ("dc_next * cct + on * cct * da_next * it", "dc * cct * it"),
    ("dc_next * c_prev + on * c_prev * da_next * ft", "dc * c_prev * ft"),
    ("    dcct =", "    dc = dc_next + on * da_next\n    dcct ="),
)
FILES = {
    "old_cell_gradient_of_c_alone": ("cs231n-lstm", STEP, CS231N),
    "slopes_of_h_path_as_misprinted": ("dlai-lstm", CELL, DLAI),
    "first_cell_is_a_view": ("dlai-lstm", "lstm_backward", changed(DLAI, *RIGHT_CELL)),
}


@pytest.mark.parametrize("mistake", FILES)
def test_mistake_of_a_whole_file_is_named(
    tmp_path: Path, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a file as students write it."""
    name, part, text = FILES[mistake]
    path = tmp_path / "homework.py"
    path.write_text(text)
    assert main(["check", str(path), "--assignment", name, "-k", part]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert f"mistake {every_mistake()[mistake].what}" in told


def test_mistakes_of_a_step_and_of_its_loop_are_named(tmp_path: Path) -> None:
    """Each in its own part: that of the loop shows where right steps are given."""
    text = changed(
        RNN, ("- next_h**2", "- next_h"), ("dnow, *sums", "dnow, *(s / dh.shape[1] for s in sums)")
    )
    path = tmp_path / "rnn_layers.py"
    path.write_text(text)
    submission, assignment = read_submission(path), load("cs231n-rnn")
    report = judge(submission, assignment, find_contract(assignment, submission), tries=0)
    found = {j.part: j.diagnosis.mistake for j in report.judged if j.diagnosis}
    assert found == {
        "rnn_step_backward": "tanh_slope_without_square",
        "rnn_backward": "gradient_mean_over_time",
    }


LINES: dict[str, tuple[Any, ...]] = {
    "candidate_slope_taken_twice": ("cs231n-lstm", STEP, ("g**2)", "np.tanh(g) ** 2)")),
    "tanh_slope_of_c_without_tanh": ("cs231n-lstm", STEP, ("- shown**2", "- next_c**2")),
    "sigmoid_slope_of_o_left_out": ("cs231n-lstm", STEP, ("shown * o * (1 - o)", "shown")),
    "sigmoid_slope_of_f_halved": ("cs231n-lstm", STEP, ("prev_c * f * (1", "prev_c * (1")),
    "gate_gradients_of_c_alone": (
        "dlai-lstm",
        CELL,
        ('"f": dc *', '"f": dc_next *'),
        ('"i": dc *', '"i": dc_next *'),
        ('"c": dc *', '"c": dc_next *'),
    ),
    "parameter_gradients_of_i_and_f_swapped": (
        "dlai-lstm",
        CELL,
        ('f"dW{gate}"', 'f"dW{gate.translate(swap)}"'),
        ('f"db{gate}"', 'f"db{gate.translate(swap)}"'),
        ("    gates = {", '    swap = str.maketrans("fi", "if")\n    gates = {'),
    ),
    "kernel_fed_with_x_first": (
        "dlai-lstm",
        "lstm_cell_forward",
        ("np.concatenate([a_prev, xt])", "np.concatenate([xt, a_prev])"),
    ),
    "softmax_over_rows": (
        "dlai-lstm",
        "lstm_cell_forward_yt_pred",
        ("x.max(axis=0)", "x.max()"),
        ("powers.sum(axis=0)", "powers.sum(axis=1, keepdims=True)"),
    ),
    "softmax_sum_over_rows_and_units": (
        "dlai-rnn",
        "rnn_cell_forward_yt_pred",
        ("powers.sum(axis=0)", "powers.sum()"),
    ),
    "backward_loop_forward_in_time_to_state": (
        "cs231n-lstm",
        "lstm_backward",
        ("reversed(range(dh.shape[1]))", "range(dh.shape[1])"),
        ("dx[::-1]", "dx"),
    ),
    "input_gradient_not_turned_back": ("cs231n-lstm", "lstm_backward", ("dx[::-1]", "dx")),
    "state_not_carried": (
        "cs231n-lstm",
        "lstm_forward",
        ("h, caches, now, c = [], [], h0,", "h, caches, now, zero = [], [], h0,"),
        ("x[:, t], now, c, Wx", "x[:, t], h0, zero, Wx"),
    ),
    "cell_state_not_carried": (
        "dlai-lstm",
        "lstm_forward",
        ("x[:, :, t], now, cell, para", "x[:, :, t], now, np.zeros_like(a0), para"),
    ),
    "tanh_slope_without_square": ("cs231n-rnn", "rnn_step_backward", ("next_h**2", "next_h")),
    "bias_gradient_without_slope": (
        "cs231n-rnn",
        "rnn_step_backward",
        ("da.sum(axis=0)", "dnext_h.sum(axis=0)"),
    ),
    "gradient_mean_over_time": (
        "cs231n-rnn",
        "rnn_backward",
        ("dnow, *sums", "dnow, *(total / dh.shape[1] for total in sums)"),
    ),
    "update_gradient_of_candidate_alone": ("dlfs2-gru", "GRU_backward", ("(n - h_prev)", "n")),
    "reset_gradient_without_bias": (
        "cmu11785-gru",
        "GRUCell_backward",
        ("dn * self.inner", "dn * (self.Wnh @ self.hidden)"),
    ),
    "candidate_bias_gradient_without_reset": (
        "cmu11785-gru",
        "GRUCell_backward",
        ("dr, dz, di\n        dx", "dr, dz, dn\n        dx"),
    ),
    "state_gradient_without_reset": ("dlfs2-gru", "GRU_backward", ("+ drh * r", "+ drh")),
}


@pytest.mark.parametrize("mistake", LINES)
def test_mistake_of_a_line_is_named(tmp_path: Path, mistake: str) -> None:
    """A line of a right homework is made wrong."""
    name, part, *pairs = LINES[mistake]
    text = changed((SOLUTIONS / name / "numpy.py").read_text("utf-8"), *pairs)
    report = judged(tmp_path, name, text, (part,), with_diagnosis=True)
    assert {j.diagnosis.mistake for j in report.judged if j.diagnosis} == {mistake}
    assert report.mark is not None
    assert report.mark < 60

"""Homework as the terms of a course differ: other names, shapes and forms of the same thing."""

from pathlib import Path

from rnncheck.grading.find import find_assignment, read_submission
from tests.homework import SOLUTIONS, changed, judged, points
from tests.judging import home

GRU = """
import numpy as np
from activation import *

class GRUCell:
    def __init__(self, in_dim, hidden_dim):
        self.d, self.h = in_dim, hidden_dim
        self.r_act, self.z_act, self.h_act = Sigmoid(), Sigmoid(), Tanh()

    def init_weights(self, Wrx, Wzx, Wnx, Wrh, Wzh, Wnh, brx, bzx, bnx, brh, bzh, bnh):
        self.Wrx, self.Wzx, self.Wnx = Wrx, Wzx, Wnx
        self.Wrh, self.Wzh, self.Wnh = Wrh, Wzh, Wnh
        self.brx, self.bzx, self.bnx = brx, bzx, bnx
        self.brh, self.bzh, self.bnh = brh, bzh, bnh

    def forward(self, x, h_prev_t):
        self.x, self.hidden = x, h_prev_t
        self.r = self.r_act(self.Wrx @ x + self.brx + self.Wrh @ h_prev_t + self.brh)
        self.z = self.z_act(self.Wzx @ x + self.bzx + self.Wzh @ h_prev_t + self.bzh)
        self.q = self.Wnh @ h_prev_t + self.bnh
        self.n = self.h_act(self.Wnx @ x + self.bnx + self.r * self.q)
        return (1 - self.z) * self.n + self.z * h_prev_t

    def backward(self, delta):
        x, h = self.x.reshape(-1, 1), self.hidden.reshape(-1, 1)
        r, z, n, delta = (a.reshape(-1, 1) for a in (self.r, self.z, self.n, delta))
        dn = delta * (1 - z) * self.h_act.backward(n)
        dz = delta * (h - n) * self.z_act.backward(z)
        dr = dn * self.q.reshape(-1, 1) * np.expand_dims(self.r_act.backward(), 1)
        self.dWrx, self.dWzx, self.dWnx = dr @ x.T, dz @ x.T, dn @ x.T
        self.dWrh, self.dWzh, self.dWnh = dr @ h.T, dz @ h.T, (dn * r) @ h.T
        self.dbrx = self.dbrh = dr[:, 0]
        self.dbzx = self.dbzh = dz[:, 0]
        self.dbnx, self.dbnh = dn[:, 0], (dn * r)[:, 0]
        dx = dn.T @ self.Wnx + dz.T @ self.Wzx + dr.T @ self.Wrx
        dh = (delta * z + self.Wnh.T @ (dn * r) + self.Wzh.T @ dz + self.Wrh.T @ dr).T
        return dx, dh
"""

OLD_GRU = """
import numpy as np
from activation import *

class GRU_Cell:
    def __init__(self, in_dim, hidden_dim):
        self.h = hidden_dim
        self.z_act, self.r_act, self.h_act = Sigmoid(), Sigmoid(), Tanh()

    def init_weights(self, Wzh, Wrh, Wh, Wzx, Wrx, Wx):
        self.Wzh, self.Wrh, self.Wh, self.Wzx, self.Wrx, self.Wx = Wzh, Wrh, Wh, Wzx, Wrx, Wx

    def forward(self, x, h):
        self.x, self.hidden = x, h
        self.z = self.z_act(np.dot(self.Wzh, h.T) + np.dot(self.Wzx, x.T))
        self.r = self.r_act(np.dot(self.Wrh, h.T) + np.dot(self.Wrx, x.T))
        self.h_tilda = self.h_act(np.dot(self.Wh, self.r * h) + np.dot(self.Wx, x.T))
        return (1 - self.z) * h + self.z * self.h_tilda

    def backward(self, delta):
        dn = delta * self.z * self.h_act.derivative()
        dz = delta * (self.h_tilda - self.hidden) * self.z_act.derivative()
        back = np.dot(dn, self.Wh)
        dr = back * self.hidden * self.r_act.derivative()
        for gate, d in (("z", dz), ("r", dr)):
            setattr(self, f"dW{gate}x", d.T @ self.x.reshape(1, -1))
            setattr(self, f"dW{gate}h", d.T @ self.hidden.reshape(1, -1))
        self.dWx, self.dWh = dn.T @ self.x.reshape(1, -1), dn.T @ (self.r * self.hidden)[None]
        dh = delta * (1 - self.z) + back * self.r + dz @ self.Wzh + dr @ self.Wrh
        return dn @ self.Wx + dz @ self.Wzx + dr @ self.Wrx, dh
"""

TAKEN = "no biases, reset before the matmul, h = (1 - z) h + z n"


def test_class_that_takes_no_batch_is_judged_row_by_row(tmp_path: Path) -> None:
    """Where no assertion refuses a batch, N = H must not be taken for one row; z comes as (H, 1)."""
    assert judged(tmp_path, "cmu11785-gru", GRU).mark == 100


def test_first_term_has_other_names_and_another_order(tmp_path: Path) -> None:
    """GRU_Cell is GRUCell, and its weights are known by the names that init_weights has for them."""
    report = judged(tmp_path, "cmu11785-gru", OLD_GRU)
    assert (report.mark, report.notes) == (100, (f"judged by another convention: {TAKEN}",))
    path = tmp_path / "rnn_layers.py"
    assert find_assignment(read_submission(path)) == "cmu11785-gru"


def test_wrong_part_is_judged_by_the_convention_of_its_class(tmp_path: Path) -> None:
    """A backward pass that is all wrong is wrong by its own term's equations."""
    text = changed(OLD_GRU, ("self.h_tilda - self.hidden)", "self.hidden)"))
    report = judged(tmp_path, "cmu11785-gru", text)
    assert points(report) == {"GRUCell_forward": 1, "GRUCell_backward": 0}
    assert {j.outcome.status for j in report.judged if j.worth} == {"passed", "failed"}
    assert any(TAKEN in note for note in report.notes)


def test_stub_behind_assertions_is_not_implemented(tmp_path: Path) -> None:
    """An assertion that refuses a batch hides no stub."""
    start, end = GRU.index("        self.r = "), GRU.index("    def backward")
    body = "        assert x.shape == (self.d,)\n        assert self.r.shape == (self.h,)\n"
    report = judged(tmp_path, "cmu11785-gru", GRU[:start] + body + "\n" + GRU[end:])
    assert {j.outcome.status for j in report.judged if j.worth} == {"not implemented"}


FIRST_EDITION = """
from common.np import *
from common.functions import sigmoid

class GRU:
    def __init__(self, Wx, Wh):
        self.Wx, self.Wh, self.dWx, self.dWh = Wx, Wh, None, None

    def forward(self, x, h_prev):
        H = len(self.Wh)
        a, b = x @ self.Wx, h_prev @ self.Wh[:, :2 * H]
        z, r = sigmoid(a[:, :H] + b[:, :H]), sigmoid(a[:, H:2 * H] + b[:, H:])
        h_hat = np.tanh(a[:, 2 * H:] + (r * h_prev) @ self.Wh[:, 2 * H:])
        self.cache = x, h_prev, z, r, h_hat
        return (1 - z) * h_prev + z * h_hat

    def backward(self, dh_next):
        x, h_prev, z, r, h_hat = self.cache
        H = len(self.Wh)
        dn = dh_next * z * (1 - h_hat ** 2)
        dhr = dn @ self.Wh[:, 2 * H:].T
        dzr = np.hstack([dh_next * (h_hat - h_prev) * z * (1 - z), dhr * h_prev * r * (1 - r)])
        self.dWx = x.T @ np.hstack([dzr, dn])
        self.dWh = np.hstack([h_prev.T @ dzr, (r * h_prev).T @ dn])
        dh_prev = dh_next * (1 - z) + dhr * r + dzr @ self.Wh[:, :2 * H].T
        return np.hstack([dzr, dn]) @ self.Wx.T, dh_prev

class TimeGru:
    def __init__(self, Wx, Wh, stateful=False):
        self.Wx, self.Wh, self.h, self.dh, self.stateful = Wx, Wh, None, None, stateful

    def forward(self, xs):
        N, T, D = xs.shape
        H = len(self.Wh)
        self.layers, hs = [], np.empty((N, T, H), dtype='f')
        if not self.stateful or self.h is None:
            self.h = np.zeros((N, H), dtype='f')
        for t in range(T):
            layer = GRU(self.Wx, self.Wh)
            self.h = layer.forward(xs[:, t, :], self.h)
            hs[:, t, :] = self.h
            self.layers.append(layer)
        return hs

    def backward(self, dhs):
        dxs = np.empty((*dhs.shape[:2], len(self.Wx)), dtype='f')
        self.dWx, self.dWh, dh = 0, 0, 0
        for t in reversed(range(dhs.shape[1])):
            layer = self.layers[t]
            dxs[:, t, :], dh = layer.backward(dhs[:, t, :] + dh)
            self.dWx += layer.dWx
            self.dWh += layer.dWh
        self.dh = dh
        return dxs
"""


def test_gradients_may_be_attributes_of_their_own(tmp_path: Path) -> None:
    """The book's first edition has dWx and dWh in place of grads; TimeGru is TimeGRU."""
    report = judged(tmp_path, "dlfs2-gru", FIRST_EDITION)
    assert report.mark == 100
    assert any("without a bias" in note for note in report.notes)


def test_the_switch_that_keeps_the_state_may_have_another_name(tmp_path: Path) -> None:
    """A TimeGru that is made with statefull=True keeps its state as with stateful=True."""
    text = FIRST_EDITION.replace("stateful", "statefull")
    assert judged(tmp_path, "dlfs2-gru", text).mark == 100


def test_right_steps_have_these_attributes_too(tmp_path: Path) -> None:
    """A loop that reads dWx of its steps is judged with right ones in the place of wrong ones."""
    text = changed(FIRST_EDITION, ("dhr * h_prev * r * (1 - r)", "dhr * h_prev * r"))
    report = judged(tmp_path, "dlfs2-gru", text)
    assert points(report) == {
        "GRU_forward": 1,
        "GRU_backward": 0,
        "TimeGRU_forward": 1,
        "TimeGRU_backward": 1,
    }


def test_right_gradients_of_a_wrong_loop_cost_nothing(tmp_path: Path) -> None:
    """C = a gives c out for a; the way back is right, though not the slope of that."""
    text = (SOLUTIONS / "dlai-lstm" / "numpy.py").read_text("utf-8")
    text = changed(
        text, ("    return np.stack(a, axis=2), np", "    return np.stack(c, axis=2), np")
    )
    share = points(judged(tmp_path, "dlai-lstm", text, ("lstm_forward", "lstm_backward")))
    assert share["lstm_forward"] < 1
    assert share["lstm_backward"] == 1


def test_step_may_call_its_gradient_as_its_docstring_does(tmp_path: Path) -> None:
    """The course writes dxt in one place and dx in another."""
    text = (SOLUTIONS / "dlai-rnn" / "numpy.py").read_text("utf-8")
    text = changed(text, ('"dxt"', '"dx"'))
    parts = ("rnn_cell_backward", "rnn_backward")
    assert judged(tmp_path, "dlai-rnn", text, parts).mark == 100


def test_helpers_of_any_file_have_features_first_too(tmp_path: Path) -> None:
    """The softmax of a file beside deeplearning.ai's homework is over columns, whatever its name."""
    text = (SOLUTIONS / "dlai-rnn" / "numpy.py").read_text("utf-8")
    start, end = text.index("def softmax"), text.index("def rnn_cell_forward")
    for imported in (
        "from .my_helpers import softmax",
        "import activations\nsoftmax = activations.softmax",
    ):
        text = f"{text[:start]}{imported}\n\n{text[end:]}"
        assert judged(tmp_path, "dlai-rnn", text, ("rnn_cell_forward_yt_pred",)).mark == 100
        end = text.index("def rnn_cell_forward")


FUNCTION = """
import torch
from torch import nn
from d2l import torch as d2l

train_iter, vocab = d2l.load_data_time_machine(32, 35)

def gru(inputs, state, params):
    W_xr, W_hr, b_r, W_xz, W_hz, b_z, W_xh, W_hh, b_h, W_hq, b_q = params
    H, = state
    outputs = []
    for X in inputs:
        Z = torch.sigmoid((X @ W_xz) + (H @ W_hz) + b_z)
        R = torch.sigmoid((X @ W_xr) + (H @ W_hr) + b_r)
        H_tilda = torch.tanh((X @ W_xh) + ((R * H) @ W_hh) + b_h)
        H = Z * H + (1 - Z) * H_tilda
        outputs.append(H @ W_hq + b_q)
    return torch.cat(outputs, dim=0), (H,)
"""


@home("torch")
def test_function_of_an_older_edition_is_judged(tmp_path: Path) -> None:
    """gru(inputs, state, params) stands for GRUScratch, its parameters in an order of its own."""
    report = judged(tmp_path, "d2l-gru", FUNCTION)
    assert report.mark == 100
    assert find_assignment(read_submission(tmp_path / "rnn_layers.py")) == "d2l-gru"
    as_list = changed(FUNCTION, ("torch.cat(outputs, dim=0)", "outputs"))
    assert judged(tmp_path, "d2l-gru", as_list, ("reference",)).mark == 100


@home("torch")
def test_wrong_function_of_an_older_edition_is_wrong(tmp_path: Path) -> None:
    """A state that is never written back fails."""
    text = changed(FUNCTION, ("        H = Z", "        h = Z"), ("append(H @", "append(h @"))
    report = judged(tmp_path, "d2l-gru", text, ("reference", "state"))
    assert "failed" in {j.outcome.status for j in report.judged}

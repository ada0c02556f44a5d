"""In homework one fault is charged once, and is named where a part alone shows it."""

from pathlib import Path

import pytest

from rnncheck.grading.report import Report
from tests.homework import LSTM, RNN, SOLUTIONS, changed, judged, points

FORWARD = ("rnn_step_forward", "rnn_step_backward")
SUM = "np.tanh(x @ Wx + prev_h @ Wh + b)"
BY_THE_BOOK = {
    "bias_ih_left_out": "np.tanh(x @ Wx + prev_h @ Wh)",
    "recurrence_left_out": "np.tanh(x @ Wx + b)",
    "nonlinearity_left_out": "(x @ Wx + prev_h @ Wh + b)",
    "sigmoid_for_tanh": "1 / (1 + np.exp(-(x @ Wx + prev_h @ Wh + b)))",
}


def named(report: Report, part: str) -> set[str]:
    """Return the mistakes that are named in a part."""
    return {j.diagnosis.mistake for j in report.judged if j.part == part and j.diagnosis}


@pytest.mark.parametrize("mistake", BY_THE_BOOK)
def test_backward_by_the_book_pays_for_no_wrong_forward(tmp_path: Path, mistake: str) -> None:
    """The right equations at what a wrong step remembers are no second mistake."""
    text = changed(RNN, (SUM, BY_THE_BOOK[mistake]))
    report = judged(tmp_path, "cs231n-rnn", text, FORWARD, with_diagnosis=True)
    assert named(report, "rnn_step_forward") == {mistake}
    share = points(report)
    assert share["rnn_step_forward"] < 0.6
    assert share["rnn_step_backward"] == 1


def test_loop_back_pays_for_no_wrong_loop_forward(tmp_path: Path) -> None:
    """What the loop forward hands to steps is its own affair."""
    text = changed(RNN, ("x[:, t], now, Wx", "x[:, t], h0, Wx"))
    report = judged(tmp_path, "cs231n-rnn", text, ("rnn_forward", "rnn_backward"))
    share = points(report)
    assert share["rnn_forward"] < 1
    assert share["rnn_backward"] == 1
    assert any("in the place of rnn_forward" in note for note in report.notes)


EDGES = {
    "squeezed": (
        "    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)\n",
        "    next_h = np.tanh(x @ Wx + prev_h @ Wh + b).squeeze()\n",
    ),
    "refused": ("    next_h = np", "    assert len(x) > 1\n    next_h = np"),
    "wrong": ("prev_h @ Wh + b)", "prev_h @ Wh + b * (len(x) > 1))"),
}


@pytest.mark.parametrize("name", EDGES)
def test_one_row_is_charged_forward_alone(tmp_path: Path, name: str) -> None:
    """Where only one row goes wrong forward, the gradients of all others are what is judged."""
    text = changed(RNN, EDGES[name])
    report = judged(tmp_path, "cs231n-rnn", text, FORWARD, with_diagnosis=True)
    share = points(report)
    assert share["rnn_step_forward"] < 1
    assert share["rnn_step_backward"] == 1
    wrong = changed(text, ("1 - next_h**2", "1 - next_h"))
    share = points(judged(tmp_path, "cs231n-rnn", wrong, FORWARD, with_diagnosis=True))
    assert share["rnn_step_backward"] < 0.6


def test_loop_without_a_final_state_has_its_mistake_named(tmp_path: Path) -> None:
    """Where the final state is only the last output, it follows a mistake of the outputs."""
    text = changed(RNN, ("h.append(now)", "h.append(cache[1])"))
    report = judged(tmp_path, "cs231n-rnn", text, ("rnn_forward",), with_diagnosis=True)
    assert named(report, "rnn_forward") == {"outputs_shifted"}


def test_step_has_the_mistake_of_a_loop_named(tmp_path: Path) -> None:
    """A step that ignores dnext_c makes the mistake of a loop that ignores it at its end."""
    text = changed(LSTM, ("dc = dnext_c + dnext_h", "dc = dnext_h"))
    report = judged(tmp_path, "cs231n-lstm", text, ("lstm_step_backward",), with_diagnosis=True)
    assert named(report, "lstm_step_backward") == {"upstream_cell_ignored"}


def test_prediction_pays_for_no_wrong_state(tmp_path: Path) -> None:
    """What is named in a function costs nothing in the part about its other result."""
    text = (SOLUTIONS / "dlai-rnn" / "numpy.py").read_text("utf-8")
    text = changed(text, (' + parameters["Waa"] @ a_prev', ""))
    parts = ("rnn_cell_forward", "rnn_cell_forward_yt_pred")
    share = points(judged(tmp_path, "dlai-rnn", text, parts, with_diagnosis=True))
    assert share["rnn_cell_forward"] < 1
    assert share["rnn_cell_forward_yt_pred"] == 1


def test_first_states_gradient_that_is_not_left_is_named(tmp_path: Path) -> None:
    """A layer without .dh has right gradients but for that one."""
    text = (SOLUTIONS / "dlfs2-rnn" / "numpy.py").read_text("utf-8")
    text = changed(text, ("        self.dh = dh\n", ""))
    report = judged(tmp_path, "dlfs2-rnn", text, ("TimeRNN_backward",), with_diagnosis=True)
    assert named(report, "TimeRNN_backward") == {"initial_state_gradient_zero"}


def test_gradient_pays_for_no_wrong_loss(tmp_path: Path) -> None:
    """A loss and its own gradient, both a mean over all steps, are one mistake."""
    text = (SOLUTIONS / "cs231n-layers" / "numpy.py").read_text("utf-8")
    text = text.replace("/ len(x)", "/ y.size")
    parts = ("temporal_softmax_loss_value", "temporal_softmax_loss_gradient")
    share = points(judged(tmp_path, "cs231n-layers", text, parts, with_diagnosis=True))
    assert share[parts[0]] < 1
    assert share[parts[1]] == 1


def test_words_that_come_twice_are_named(tmp_path: Path) -> None:
    """dW[x] += dout keeps the last of equal words, row by row."""
    text = (SOLUTIONS / "cs231n-layers" / "numpy.py").read_text("utf-8")
    text = changed(text, ("np.add.at(dW, x, dout)", "dW[x] += dout"))
    part = "word_embedding_backward"
    report = judged(tmp_path, "cs231n-layers", text, (part,), with_diagnosis=True)
    assert named(report, part) == {"embedding_gradient_overwritten"}

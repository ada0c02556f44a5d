"""CS231n in PyTorch: without functions back, as set in 2025, or with them."""

from pathlib import Path

import pytest

from rnncheck.grading.assignment import load
from rnncheck.grading.find import find_assignment, find_contract, read_submission
from tests.homework import RNN, SOLUTIONS, changed, judged, points
from tests.judging import home

TORCH = (SOLUTIONS / "cs231n-rnn" / "torch.py").read_text("utf-8")
BY_HAND = (
    RNN.replace("import numpy as np", "import torch")
    .replace("np.tanh", "torch.tanh")
    .replace("np.stack(h, axis=1)", "torch.stack(h, dim=1)")
    .replace("np.stack(dx[::-1], axis=1)", "torch.stack(dx[::-1], dim=1)")
)
PARTS = {"rnn_step_forward", "rnn_step_gradient", "rnn_forward", "rnn_gradient"}


@pytest.mark.parametrize(
    ("text", "framework"),
    [
        (TORCH, "torch"),
        (BY_HAND, "torch"),
        (f"import torch\n{RNN}", "numpy"),
        (f"import numpy as np\n{TORCH}", "torch"),
    ],
)
def test_framework_is_what_the_functions_are_written_in(
    tmp_path: Path, text: str, framework: str
) -> None:
    """A NumPy file may compare itself with torch, and one in torch may plot with NumPy."""
    path = tmp_path / "rnn_layers_pytorch.py"
    path.write_text(text.replace("# rnncheck: cs231n-rnn\n", ""), "utf-8")
    submission = read_submission(path)
    assert find_assignment(submission) == "cs231n-rnn"
    assert find_contract(load("cs231n-rnn"), submission).framework == framework


@home("torch")
def test_functions_back_are_judged_where_there_are_any(tmp_path: Path) -> None:
    """A backward by hand takes the place of autograd."""
    assert judged(tmp_path, "cs231n-rnn", BY_HAND).mark == 100
    wrong = changed(BY_HAND, ("1 - next_h**2", "1 - next_h"))
    assert points(judged(tmp_path, "cs231n-rnn", wrong)) == {
        **dict.fromkeys(PARTS, 1.0),
        "rnn_step_gradient": 0,
    }


@home("torch")
def test_graph_that_is_cut_fails_the_gradients_alone(tmp_path: Path) -> None:
    """Right numbers that autograd cannot follow are half of it."""
    text = changed(
        TORCH, ("h0 = rnn_step_forward(x[:, t], h0", "h0 = rnn_step_forward(x[:, t], h0.detach()")
    )
    share = points(judged(tmp_path, "cs231n-rnn", text))
    assert share["rnn_gradient"] < 0.5
    assert {part for part, got in share.items() if got == 1} == PARTS - {"rnn_gradient"}


@home("torch")
def test_loop_is_judged_with_right_steps(tmp_path: Path) -> None:
    """A wrong step costs its loop nothing."""
    text = changed(TORCH, (" + b)", ")"))
    share = points(judged(tmp_path, "cs231n-rnn", text, with_diagnosis=True))
    assert share["rnn_step_forward"] < 1
    assert {part for part, got in share.items() if got == 1} == PARTS - {"rnn_step_forward"}

"""Losses over time: every part and normalisation, exact zeros elsewhere, other implementations."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from rnncheck.protocol.spec import Padding, Spec
from rnncheck.reference.differences import complex_step
from rnncheck.reference.implementation import bind
from rnncheck.reference.losses import KINDS, backward, forward, log_softmax
from rnncheck.reference.nonlinearities import softmax
from rnncheck.reference.padding import valid_steps
from rnncheck.reference.reduction import NORMALISATIONS, Reduction, counted
from tests.reference_cases import Numbers, make, same, worst

T, B, WIDTH = 5, 3, 4
LENGTHS = np.array([5, 3, 0])
RANDOM = np.random.default_rng(3)
OUTPUTS = RANDOM.normal(size=(T, B, WIDTH))
CLASSES = RANDOM.integers(0, WIDTH, size=(T, B))
SPREAD = softmax(RANDOM.normal(size=(T, B, WIDTH)))
VALID = valid_steps(Padding(), T, B, LENGTHS)
HOLES = RANDOM.random((T, B)) < 0.6
PARTS = [
    Reduction(part, window, normalise)
    for part, window in (("all", ()), ("window", (1, 3)), ("last", ()))
    for normalise in NORMALISATIONS
]


def names(reduction: Reduction) -> str:
    """Give an id in words."""
    return f"{reduction.part} {reduction.normalise}"


def by_hand(kind: str, reduction: Reduction, valid: Numbers) -> float:
    """Add up step by step in plain Python, by the definition."""
    total, count = 0.0, 0
    for b in range(B):
        steps = [t for t in range(T) if valid[t, b]]
        if reduction.part == "last":
            steps = steps[-1:]
        if reduction.part == "window":
            steps = [t for t in steps if t in range(reduction.window[0], reduction.window[1] + 1)]
        count += len(steps)
        for t in steps:
            y = [float(v) for v in OUTPUTS[t, b]]
            if kind == "squared_error":
                total += (
                    sum((a - float(s)) ** 2 for a, s in zip(y, SPREAD[t, b], strict=True)) / WIDTH
                )
            else:
                total -= math.log(math.exp(y[CLASSES[t, b]]) / sum(map(math.exp, y)))
    return total / {"sum": 1, "mean": max(count, 1), "rows": B}[reduction.normalise]


@pytest.mark.parametrize("valid", [None, VALID, HOLES], ids=["all valid", "lengths", "mask"])
@pytest.mark.parametrize("reduction", PARTS, ids=names)
@pytest.mark.parametrize("kind", KINDS)
def test_loss_is_its_definition(kind: str, reduction: Reduction, valid: Numbers | None) -> None:
    """Each part and normalisation, without padding, with lengths and with holes."""
    targets = SPREAD if kind == "squared_error" else CLASSES
    got = forward(kind, reduction, OUTPUTS, targets, valid)
    expected = by_hand(kind, reduction, np.ones((T, B), bool) if valid is None else valid)
    assert float(got) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("valid", [None, VALID, HOLES], ids=["all valid", "lengths", "mask"])
@pytest.mark.parametrize("reduction", PARTS, ids=names)
@pytest.mark.parametrize("kind", KINDS)
def test_gradient_equals_complex_step(
    kind: str, reduction: Reduction, valid: Numbers | None
) -> None:
    """With probabilities that do not even sum to 1, and exact zeros where a step is not used."""
    targets = 1.5 * SPREAD
    got = backward(kind, reduction, OUTPUTS, targets, valid)
    expected = complex_step(
        lambda a: forward(kind, reduction, a["y"], targets, valid), {"y": OUTPUTS}
    )
    assert worst(got, expected["y"]) <= 1e-14
    used = counted(reduction, np.ones((T, B), bool) if valid is None else valid)
    assert not got[~used].any()
    assert got[used].all()


def test_window_reaches_its_outputs_and_no_other() -> None:
    """T=5 and the window 2..3: steps 2 and 3, both ends included."""
    got = backward("squared_error", Reduction("window", (2, 3)), OUTPUTS, SPREAD)
    assert [bool(step.any()) for step in got] == [False, False, True, True, False]


def test_last_is_the_last_valid_step_of_each_row() -> None:
    """A row of length 0 has none."""
    got = backward("cross_entropy", Reduction("last"), OUTPUTS, CLASSES, VALID)
    assert np.argwhere(got.any(axis=2)).tolist() == [[2, 1], [4, 0]]


@pytest.mark.parametrize("kind", KINDS)
def test_padding_is_never_looked_at(kind: str) -> None:
    """NaN, 1e30 and a class of -100 in padding change nothing."""
    outputs, targets = OUTPUTS.copy(), SPREAD.copy() if kind == "squared_error" else CLASSES.copy()
    outputs[~VALID] = 1e30
    outputs[4, 1] = np.nan
    targets[~VALID] = np.nan if kind == "squared_error" else -100
    clean = SPREAD if kind == "squared_error" else CLASSES
    reduction = Reduction(normalise="mean")
    assert forward(kind, reduction, outputs, targets, VALID) == forward(
        kind, reduction, OUTPUTS, clean, VALID
    )
    got = backward(kind, reduction, outputs, targets, VALID)
    np.testing.assert_array_equal(got, backward(kind, reduction, OUTPUTS, clean, VALID))


@pytest.mark.parametrize("reduction", PARTS, ids=names)
def test_loss_without_a_step_is_zero(reduction: Reduction) -> None:
    """As is its gradient: nothing is divided by zero."""
    nothing = np.zeros((T, B), bool)
    assert forward("cross_entropy", reduction, OUTPUTS, CLASSES, nothing) == 0
    assert not backward("cross_entropy", reduction, OUTPUTS, CLASSES, nothing).any()


def test_class_numbers_equal_one_hot_rows() -> None:
    """Loss and gradient are the same."""
    one_hot = np.eye(WIDTH)[CLASSES]
    for function in (forward, backward):
        numbers = function("cross_entropy", Reduction(), OUTPUTS, CLASSES)
        np.testing.assert_array_equal(
            numbers, function("cross_entropy", Reduction(), OUTPUTS, one_hot)
        )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_large_logits_neither_overflow_nor_lose_the_loss(dtype: str) -> None:
    """The loss of logits (0, 1000, -1000) at class 0 is 1000; a warning would be an error."""
    logits = np.array([[[0.0, 1000.0, -1000.0]]], dtype)
    got = forward("cross_entropy", Reduction(), logits, np.array([[0]]))
    assert got.dtype == dtype
    assert float(got) == 1000.0
    d_logits = backward("cross_entropy", Reduction(), logits, np.array([[0]]))
    assert d_logits.tolist() == [[[-1.0, 1.0, 0.0]]]
    assert d_logits.dtype == dtype


def test_mpmath_numbers_agree_to_rounding() -> None:
    """The object arrays of golden traces give float64's numbers, rounded once."""
    exact = np.frompyfunc(mpmath.mpf, 1, 1)(OUTPUTS)
    spread = np.frompyfunc(mpmath.mpf, 1, 1)(SPREAD)
    with mpmath.workdps(50):
        for kind, targets in zip(KINDS, (spread, CLASSES), strict=True):
            plain = SPREAD if kind == "squared_error" else CLASSES
            for reduction in PARTS:
                got = backward(kind, reduction, exact, targets, VALID).astype(float)
                assert worst(got, backward(kind, reduction, OUTPUTS, plain, VALID)) <= 1e-14
                loss = float(forward(kind, reduction, exact, targets, VALID)[()])
                right = forward(kind, reduction, OUTPUTS, plain, VALID)
                assert loss == pytest.approx(float(right), rel=1e-14)


@pytest.mark.parametrize("reduction", [PARTS[1], PARTS[3], PARTS[7]], ids=names)
def test_loss_goes_through_a_network(reduction: Reduction) -> None:
    """The gradient of a loss of an LSTM's projected outputs, by BPTT and by complex step."""
    case = make(Spec("lstm", 2, (3,), output_size=WIDTH), T, B)
    bound = bind(case.spec, case.params)
    outputs = bound.sequence(case.x, case.state, LENGTHS)["outputs"]
    d_outputs = backward("cross_entropy", reduction, outputs, CLASSES, VALID)
    zeros = {part: np.zeros_like(a) for part, a in case.state.items()}
    got = bound.sequence_vjp(case.x, case.state, d_outputs, zeros, LENGTHS)

    def loss(params: dict[str, Numbers]) -> Numbers:
        moved = bind(case.spec, params, "complex128").sequence(case.x, case.state, LENGTHS)
        return forward("cross_entropy", reduction, moved["outputs"], CLASSES, VALID)

    expected = complex_step(loss, case.params)
    same({name: got[f"d.{name}"] for name in expected}, expected, 1e-12)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "mse"}, "kind is 'mse'; allowed: squared_error, cross_entropy"),
        ({"outputs": OUTPUTS[0]}, "outputs has shape (3, 4); it must be (T, B, O)"),
        ({"targets": CLASSES[1:]}, "targets has shape (4, 3); it must be (5, 3, 4) or class"),
        ({"targets": CLASSES + 0.5}, "class numbers have dtype float64; they must be whole"),
        ({"targets": CLASSES * 0 - 1}, "the target at step 0 of row 0 is class -1"),
        ({"targets": CLASSES * 0 + WIDTH}, "is class 4; there are the classes 0 to 3"),
        ({"valid": VALID.astype(int)}, "valid has shape (5, 3) and dtype int64; it must be bool"),
        ({"reduction": Reduction("window", (2, 5))}, "the window 2..5 does not fit T = 5"),
        ({"reduction": Reduction("window", (3, 2))}, "the window 3..2 does not fit T = 5"),
    ],
)
def test_bad_arguments_are_refused(given: dict[str, Any], said: str) -> None:
    """With a sentence, forward and backward alike."""
    usual = {"kind": "cross_entropy", "reduction": Reduction(), "outputs": OUTPUTS}
    arguments: dict[str, Any] = usual | {"targets": CLASSES} | given
    for function in (forward, backward):
        with pytest.raises(ValueError) as error:  # noqa: PT011 -- the text is compared below
            function(**arguments)
        assert said in str(error.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"part": "first"}, "part is 'first'; allowed: all, window, last"),
        ({"normalise": "max"}, "normalise is 'max'; allowed: sum, mean, rows"),
        ({"part": "window"}, "a window is (t_min, t_max) with part='window'"),
        ({"window": (0, 1)}, "and () with another part"),
    ],
)
def test_bad_reductions_are_refused(given: dict[str, Any], said: str) -> None:
    """With a sentence."""
    with pytest.raises(ValueError) as error:  # noqa: PT011 -- the text is compared below
        Reduction(**given)
    assert said in str(error.value)


def test_torch_has_the_same_losses() -> None:
    """cross_entropy with ignored steps, mse_loss, and their gradients, in float64."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    functional = torch.nn.functional
    ignored = torch.tensor(np.where(VALID, CLASSES, -100))
    y = torch.tensor(OUTPUTS, requires_grad=True)
    loss = functional.cross_entropy(y.reshape(T * B, WIDTH), ignored.reshape(-1), ignore_index=-100)
    (d_y,) = torch.autograd.grad(loss, y)
    mean = Reduction(normalise="mean")
    assert (
        worst(forward("cross_entropy", mean, OUTPUTS, CLASSES, VALID), loss.detach().numpy())
        <= 1e-14
    )
    assert worst(backward("cross_entropy", mean, OUTPUTS, CLASSES, VALID), d_y.numpy()) <= 1e-14
    loss = functional.mse_loss(y, torch.tensor(SPREAD))
    (d_y,) = torch.autograd.grad(loss, y)
    assert worst(forward("squared_error", mean, OUTPUTS, SPREAD), loss.detach().numpy()) <= 1e-14
    assert worst(backward("squared_error", mean, OUTPUTS, SPREAD), d_y.numpy()) <= 1e-14


def test_tensorflow_has_the_same_losses() -> None:
    """reduce_mean of squares and of both softmax_cross_entropy_with_logits, in a TF1 graph."""
    tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
    last, mean = Reduction("last", normalise="mean"), Reduction(normalise="mean")
    with tf.Graph().as_default(), tf.Session() as session:
        y = tf.constant(OUTPUTS)
        given = {"logits": y, "labels": CLASSES}
        losses = [
            (last, CLASSES, "cross_entropy", tf.nn.softmax_cross_entropy_with_logits_v2(logits=y[-1], labels=np.eye(WIDTH)[CLASSES[-1]])),
            (mean, CLASSES, "cross_entropy", tf.nn.sparse_softmax_cross_entropy_with_logits(**given)),
            (mean, SPREAD, "cross_entropy", tf.nn.softmax_cross_entropy_with_logits_v2(logits=y, labels=SPREAD)),
            (mean, SPREAD, "squared_error", tf.square(y - SPREAD)),
        ]  # fmt: skip
        for reduction, targets, kind, each in losses:
            loss = tf.reduce_mean(each)
            value, d_y = session.run((loss, tf.gradients(loss, y)[0]))
            assert worst(forward(kind, reduction, OUTPUTS, targets), np.asarray(value)) <= 1e-14
            assert worst(backward(kind, reduction, OUTPUTS, targets), d_y) <= 1e-14


def test_log_softmax_is_the_log_of_softmax() -> None:
    """And softmax sums to 1."""
    np.testing.assert_allclose(np.exp(log_softmax(OUTPUTS)), softmax(OUTPUTS), rtol=1e-14)
    np.testing.assert_allclose(softmax(OUTPUTS).sum(axis=-1), 1.0, rtol=1e-14)

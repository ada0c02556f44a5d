"""The embedding: repeated indices add up, unknown ones are refused, as torch and TensorFlow."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from rnncheck.protocol.spec import Spec
from rnncheck.reference.differences import complex_step
from rnncheck.reference.embedding import backward, forward
from rnncheck.reference.implementation import bind
from tests.reference_cases import make, worst

RANDOM = np.random.default_rng(5)
TABLE = RANDOM.normal(size=(6, 4))  # (V, D)
IDS = np.array([[1, 5, 1], [1, 0, 5]])  # (T, B): 1 three times, 5 twice; 2, 3 and 4 never
D_X = RANDOM.normal(size=(2, 3, 4))


def test_forward_picks_rows() -> None:
    """(T, B) to (T, B, D)."""
    got = forward(TABLE, IDS)
    assert got.shape == (2, 3, 4)
    assert all((got[place] == TABLE[IDS[place]]).all() for place in np.ndindex(IDS.shape))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "object"])
def test_repeated_indices_add_up(dtype: str) -> None:
    """Each row of the gradient is the sum over its places; rows never looked up get zero."""
    d_x = D_X if dtype != "object" else np.frompyfunc(mpmath.mpf, 1, 1)(D_X)
    got = backward(TABLE.astype(dtype), IDS, d_x.astype(dtype))
    assert got.dtype == dtype
    expected = np.zeros((6, 4))
    for place in np.ndindex(IDS.shape):
        expected[IDS[place]] += D_X[place]
    assert worst(got.astype(float), expected) <= (1e-2 if dtype == "float16" else 1e-6)
    assert not got[[2, 3, 4]].any()


def test_gradient_equals_complex_step_through_a_network() -> None:
    """An embedding before a GRU: BPTT's d.x, given to backward, is the gradient of the table."""
    case = make(Spec("gru", 4, (5,)), 2, 3)
    bound = bind(case.spec, case.params)
    d_x = bound.sequence_vjp(forward(TABLE, IDS), case.state, case.d_outputs, case.d_state)["d.x"]

    def total(arrays: dict[str, Any]) -> Any:
        exact = bind(case.spec, case.params, "complex128")
        results = exact.sequence(forward(arrays["table"], IDS), case.state)
        last = results["state.h"] * case.d_state["h"]
        return (results["outputs"] * case.d_outputs).sum() + last.sum()

    expected = complex_step(total, {"table": TABLE})["table"]
    assert worst(backward(TABLE, IDS, d_x), expected) <= 1e-13


@pytest.mark.parametrize(
    ("table", "ids", "said"),
    [
        (TABLE, IDS - 1, "the id at (1, 1) is -1; the table has the rows 0 to 5"),
        (TABLE, IDS + 1, "the id at (0, 1) is 6; the table has the rows 0 to 5"),
        (TABLE, IDS * 1.0, "ids have dtype float64; they must be whole numbers"),
        (TABLE, IDS > 1, "ids have dtype bool; they must be whole numbers"),
        (TABLE[0], IDS, "the table has shape (4,); it must be (V, D)"),
    ],
)
def test_bad_arguments_are_refused(table: Any, ids: Any, said: str) -> None:
    """Negative ids too, which NumPy would count from the end."""
    for function, arguments in ((forward, ()), (backward, (D_X,))):
        with pytest.raises(ValueError) as error:  # noqa: PT011 -- the text is compared below
            function(table, ids, *arguments)
        assert said in str(error.value)


def test_upstream_gradient_of_another_shape_is_refused() -> None:
    """NumPy would broadcast it."""
    with pytest.raises(ValueError, match=r"d_x has shape \(4,\); it must be \(2, 3, 4\)"):
        backward(TABLE, IDS, D_X[0, 0])


def test_torch_has_the_same_embedding() -> None:
    """Values and gradient, exactly."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    table = torch.tensor(TABLE, requires_grad=True)
    x = torch.nn.functional.embedding(torch.tensor(IDS), table)
    x.backward(torch.tensor(D_X))
    np.testing.assert_array_equal(forward(TABLE, IDS), x.detach().numpy())
    assert worst(backward(TABLE, IDS, D_X), table.grad.numpy()) <= 1e-15


def test_tensorflow_has_the_same_embedding() -> None:
    """embedding_lookup in a TF1 graph; its gradient comes as slices, repeated ones to be added."""
    tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
    with tf.Graph().as_default(), tf.Session() as session:
        table = tf.constant(TABLE)
        x = tf.nn.embedding_lookup(table, IDS)
        d_table = tf.convert_to_tensor(tf.gradients(x, table, D_X)[0])
        got, gradient = session.run((x, d_table))
    np.testing.assert_array_equal(forward(TABLE, IDS), got)
    assert worst(backward(TABLE, IDS, D_X), gradient) <= 1e-15

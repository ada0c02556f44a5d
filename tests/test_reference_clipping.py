"""Clipping by value, by norm and by global norm: by hand, at the edges, and as the frameworks."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from rnncheck.reference.clipping import by_global_norm, by_norm, by_value, norm_of
from tests.reference_cases import Numbers, same, worst

RANDOM = np.random.default_rng(2)
GRADS = {"a": RANDOM.normal(size=(3, 4)), "b": RANDOM.normal(size=(5,)), "c": np.array(-2.5)}
NORM = math.sqrt(sum(float(v) ** 2 for g in GRADS.values() for v in g.reshape(-1)))


def test_by_value_holds_each_element() -> None:
    """Below, inside, above; NaN stays."""
    got = by_value(np.array([-9.0, -1.0, 0.5, 3.0, math.nan, math.inf]), -1.0, 2.0)
    np.testing.assert_array_equal(got, [-1.0, -1.0, 0.5, 2.0, math.nan, 2.0])


def test_by_norm_scales_to_the_limit() -> None:
    """(3, 4) has the norm 5."""
    assert by_norm(np.array([3.0, 4.0]), 2.5).tolist() == [1.5, 2.0]
    assert by_norm(np.array([3.0, 4.0]), 5.0).tolist() == [3.0, 4.0]
    assert by_norm(np.array([3.0, 4.0]), 7.0).tolist() == [3.0, 4.0]


def test_by_norm_keeps_the_direction() -> None:
    """All elements are divided by the same number."""
    got = by_norm(GRADS["a"], 0.5)
    np.testing.assert_allclose(got / GRADS["a"], 0.5 / np.linalg.norm(GRADS["a"]), rtol=1e-15)


@pytest.mark.parametrize("share", [0.3, 0.999, 1.001, 40.0])
def test_by_global_norm_has_one_factor_for_all(share: float) -> None:
    """And gives back the norm before clipping."""
    got, norm = by_global_norm(GRADS, share * NORM)
    assert float(norm) == pytest.approx(NORM, rel=1e-15)
    same(got, {name: min(share, 1.0) * g for name, g in GRADS.items()}, 1e-15)


def test_by_norm_of_each_is_not_by_global_norm() -> None:
    """The two would be the same if each tensor had the same norm."""
    each = {name: by_norm(g, 1.0) for name, g in GRADS.items()}
    assert worst(each["a"], by_global_norm(GRADS, 1.0)[0]["a"]) > 0.1


@pytest.mark.parametrize("rule", ["tensorflow", "torch"])
def test_zero_gradients_stay_zero(rule: str) -> None:
    """Nothing is divided by zero; no tensors have the norm 0."""
    zeros = {"a": np.zeros((2, 3))}
    assert by_norm(zeros["a"], 1.0).tolist() == zeros["a"].tolist()
    got, norm = by_global_norm(zeros, 1.0, rule)
    assert norm == 0
    assert got["a"].tolist() == zeros["a"].tolist()
    nothing, norm = by_global_norm({}, 1.0, rule)
    assert not nothing
    assert norm == 0


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan, 1e200])
def test_a_norm_that_is_not_finite(bad: float) -> None:
    """By norm and in torch finite elements become 0; TensorFlow's global norm makes all NaN."""
    given = {"a": np.array([1.0, bad]), "b": np.array([2.0])}
    spread = math.isnan(bad)
    alone = by_norm(given["a"], 3.0)
    assert math.isnan(alone[0]) if spread else alone[0] == 0
    assert (alone[1] == 0) == (bad == 1e200)
    got, norm = by_global_norm(given, 3.0)
    assert not np.isfinite(norm)
    assert all(np.isnan(g).all() for g in got.values())
    got, _ = by_global_norm(given, 3.0, "torch")
    assert math.isnan(got["b"][0]) if spread else got["b"][0] == 0


@pytest.mark.parametrize("dtype", ["float16", "float32", "object"])
def test_dtype_is_kept(dtype: str) -> None:
    """In every number type, to its precision."""
    exact = np.frompyfunc(mpmath.mpf, 1, 1)
    given: dict[str, Numbers] = {
        name: np.asarray(exact(g) if dtype == "object" else g, dtype) for name, g in GRADS.items()
    }
    got, norm = by_global_norm(given, 1.0)
    assert {g.dtype.name for g in got.values()} == {dtype}
    allowed = 4e-3 if dtype == "float16" else 1e-6
    same({n: g.astype(float) for n, g in got.items()}, by_global_norm(GRADS, 1.0)[0], allowed)
    assert float(norm) == pytest.approx(NORM, rel=allowed)
    assert by_norm(given["a"], 1.0).dtype == by_value(given["a"], -1.0, 1.0).dtype == dtype


@pytest.mark.parametrize("limit", [0.0, -1.0, math.nan])
def test_a_limit_that_is_none_is_refused(limit: float) -> None:
    """With a sentence."""
    for call in (lambda: by_norm(GRADS["a"], limit), lambda: by_global_norm(GRADS, limit)):
        with pytest.raises(ValueError, match=f"the limit is {limit}; it must be above 0"):
            call()
    with pytest.raises(ValueError, match=r"the bounds are 1\.0 and"):
        by_value(GRADS["a"], 1.0, limit)


def test_an_unknown_rule_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(ValueError, match="rule is 'keras'; allowed: tensorflow, torch"):
        by_global_norm(GRADS, 1.0, "keras")


@pytest.mark.parametrize("limit", [0.7, NORM * 1.5])
@pytest.mark.parametrize("bad", [None, math.inf, 0.0, 1e200])
def test_tensorflow_clips_the_same(limit: float, bad: float | None) -> None:
    """All three, with the global norm that it returns, also of zeros and where it is infinite."""
    tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
    given = dict(GRADS)
    if bad is not None:
        given = {name: np.full_like(g, bad) for name, g in GRADS.items()}
    with tf.Graph().as_default(), tf.Session() as session:
        tensors = [tf.constant(g) for g in given.values()]
        together, norm = session.run(tf.clip_by_global_norm(tensors, limit))
        alone = session.run([tf.clip_by_norm(tensor, limit) for tensor in tensors])
        valued = session.run([tf.clip_by_value(tensor, -limit, limit) for tensor in tensors])
    got, own = by_global_norm(given, limit)
    if np.isfinite(norm):
        assert float(own) == pytest.approx(float(norm), rel=1e-15)
    else:
        assert np.isinf(own)
    for name, a, b, c in zip(given, together, alone, valued, strict=True):
        np.testing.assert_allclose(got[name], a, rtol=1e-14)
        np.testing.assert_allclose(by_norm(given[name], limit), b, rtol=1e-14)
        np.testing.assert_array_equal(by_value(given[name], -limit, limit), c)


@pytest.mark.parametrize("limit", [0.7, NORM * 1.5])
@pytest.mark.parametrize("bad", [None, math.inf, 0.0, 1e200])
def test_torch_clips_the_same(limit: float, bad: float | None) -> None:
    """clip_grad_value_ and clip_grad_norm_, by torch's declared rule."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    given = dict(GRADS)
    if bad is not None:
        given = {name: np.full_like(g, bad) for name, g in GRADS.items()}

    def leaves() -> list[Any]:
        made = [torch.zeros(g.shape, dtype=torch.float64) for g in given.values()]
        for leaf, g in zip(made, given.values(), strict=True):
            leaf.grad = torch.tensor(g)
        return made

    together, valued = leaves(), leaves()
    norm = torch.nn.utils.clip_grad_norm_(together, limit)
    torch.nn.utils.clip_grad_value_(valued, limit)
    got, own = by_global_norm(given, limit, "torch")
    np.testing.assert_allclose(own, norm.numpy(), rtol=1e-14)
    for name, a, b in zip(given, together, valued, strict=True):
        np.testing.assert_allclose(got[name], a.grad.numpy(), rtol=1e-14)
        np.testing.assert_array_equal(by_value(given[name], -limit, limit), b.grad.numpy())


def test_norm_is_that_of_all_elements() -> None:
    """As numpy.linalg.norm of one long vector."""
    flat = np.concatenate([g.reshape(-1) for g in GRADS.values()])
    assert float(norm_of(list(GRADS.values()))) == pytest.approx(float(np.linalg.norm(flat)))

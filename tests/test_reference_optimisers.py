"""SGD and Adam: by hand, both places of epsilon, and as torch and TensorFlow step."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from rnncheck.reference.optimisers import Adam, Sgd
from tests.reference_cases import Numbers, same, worst

STEPS = 4
RANDOM = np.random.default_rng(7)
PARAMS = {"w": RANDOM.normal(size=(2, 3)), "b": RANDOM.normal(size=(4,)), "s": np.array(0.5)}
GRADS = [{name: RANDOM.normal(size=p.shape) for name, p in PARAMS.items()} for _ in range(STEPS)]
ADAM = {"rate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.01}


def steps(optimiser: Sgd | Adam, params: dict[str, Numbers] = PARAMS) -> dict[str, Numbers]:
    """Return the parameters after a step with each of the gradients."""
    state = optimiser.start(params)
    for grads in GRADS:
        given = {name: grads[name].astype(p.dtype) for name, p in params.items()}
        if params["w"].dtype == object:
            given = {name: exact(grads[name]) for name in params}
        params, state = optimiser.step(params, given, state)
    return params


def exact(array: Numbers) -> Numbers:
    """Return an object array of mpmath numbers."""
    return np.asarray(np.frompyfunc(mpmath.mpf, 1, 1)(array), dtype=object)


def test_sgd_goes_down_the_gradient() -> None:
    """Rate times gradient; it has no state."""
    got, state = Sgd(0.5).step({"w": np.array([1.0, 2.0])}, {"w": np.array([4.0, -2.0])}, {})
    assert got["w"].tolist() == [-1.0, 3.0]
    assert state == {}


@pytest.mark.parametrize("placement", ["paper", "hat"])
def test_adam_is_its_definition(placement: str) -> None:
    """Scalar by scalar in plain Python, with sums in place of running means."""
    got = steps(Adam(**ADAM, placement=placement))
    b1, b2, rate, epsilon = (ADAM[name] for name in ("beta1", "beta2", "rate", "epsilon"))
    for name, start in PARAMS.items():
        for place in np.ndindex(start.shape):
            p = float(start[place])
            for t in range(1, STEPS + 1):
                seen = [float(g[name][place]) for g in GRADS[:t]]
                m = sum((1 - b1) * b1 ** (t - 1 - i) * g for i, g in enumerate(seen))
                v = sum((1 - b2) * b2 ** (t - 1 - i) * g * g for i, g in enumerate(seen))
                if placement == "paper":
                    p -= rate * m / (1 - b1**t) / (math.sqrt(v / (1 - b2**t)) + epsilon)
                else:
                    p -= rate * math.sqrt(1 - b2**t) / (1 - b1**t) * m / (math.sqrt(v) + epsilon)
            assert float(got[name][place]) == pytest.approx(p, rel=1e-13)


def test_the_two_placements_differ_by_epsilon_alone() -> None:
    """Equal with epsilon 0, else not."""
    pair = [steps(Adam(**ADAM | {"epsilon": 0.0}, placement=p)) for p in ("paper", "hat")]
    same(pair[0], pair[1], 1e-14)
    apart = [steps(Adam(**ADAM, placement=p))["w"] for p in ("paper", "hat")]
    assert np.abs(apart[0] - apart[1]).max() > 1e-3


def test_first_step_of_adam_is_the_rate() -> None:
    """Whatever the size of the gradient: that is what the correction of the bias is for."""
    adam = Adam(rate=0.25, epsilon=0.0)
    params = {"w": np.array([0.0, 0.0])}
    got, state = adam.step(params, {"w": np.array([1e-6, -1e6])}, adam.start(params))
    np.testing.assert_allclose(got["w"], [-0.25, 0.25], rtol=1e-12)
    assert state["t"] == 1


@pytest.mark.parametrize("optimiser", [Sgd(0.1), Adam(), Adam(placement="hat")])
def test_a_step_changes_none_of_its_arguments(optimiser: Sgd | Adam) -> None:
    """A pure function: the same step again gives the same."""
    state = optimiser.start(PARAMS)
    kept = {name: a.copy() for name, a in (PARAMS | state).items()}
    first = optimiser.step(PARAMS, GRADS[0], state)
    again = optimiser.step(PARAMS, GRADS[0], state)
    same(PARAMS | state, kept, 0.0)
    same(first[0], again[0], 0.0)
    same(first[1], again[1], 0.0)


@pytest.mark.parametrize("placement", ["paper", "hat"])
@pytest.mark.parametrize("dtype", ["float32", "object"])
def test_dtype_is_kept(dtype: str, placement: str) -> None:
    """In float32 to its precision; in 50 digits float64's numbers up to rounding."""
    given = {n: exact(p) if dtype == "object" else p.astype(dtype) for n, p in PARAMS.items()}
    for optimiser in (Sgd(0.1), Adam(**ADAM, placement=placement)):
        with mpmath.workdps(50):
            got = steps(optimiser, given)
        assert {a.dtype.name for a in got.values()} == {dtype}
        allowed = 1e-14 if dtype == "object" else 1e-5
        same({n: a.astype(float) for n, a in got.items()}, steps(optimiser), allowed)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Adam(placement="tf"), "placement is 'tf'; allowed: paper, hat"),
        (lambda: Adam(beta2=1.0), r"beta2 is 1\.0; it must be in \[0, 1\)"),
        (lambda: Sgd().step(PARAMS, {}, {}), r"there are gradients of \[\] for \['b', 's', 'w'\]"),
        (lambda: Sgd().step(PARAMS, PARAMS | {"s": PARAMS["b"]}, {}), "the gradient of s has"),
    ],
)
def test_bad_arguments_are_refused(make: Any, said: str) -> None:
    """A broadcast gradient too."""
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize("optimiser", [Sgd(0.1), Adam(**ADAM, placement="paper")])
def test_torch_steps_the_same(optimiser: Sgd | Adam) -> None:
    """torch.optim's SGD and Adam: the paper's place of epsilon."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    leaves = {name: torch.tensor(p, requires_grad=True) for name, p in PARAMS.items()}
    if isinstance(optimiser, Adam):
        betas, epsilon = (optimiser.beta1, optimiser.beta2), optimiser.epsilon
        theirs = torch.optim.Adam(leaves.values(), optimiser.rate, betas, epsilon)
    else:
        theirs = torch.optim.SGD(leaves.values(), optimiser.rate)
    for grads in GRADS:
        for name, leaf in leaves.items():
            leaf.grad = torch.tensor(grads[name])
        theirs.step()
    expected = {name: leaf.detach().numpy() for name, leaf in leaves.items()}
    same(steps(optimiser), expected, 1e-14)


def by_tensorflow(optimiser: Sgd | Adam) -> dict[str, Numbers]:
    """Return what TF1's GradientDescentOptimizer or AdamOptimizer makes, in a graph."""
    tf: Any = pytest.importorskip("tensorflow.compat.v1", reason="TensorFlow is not installed")
    with tf.Graph().as_default(), tf.Session() as session:
        variables = {n: tf.Variable(p, use_resource=True) for n, p in PARAMS.items()}
        if isinstance(optimiser, Adam):
            rates = (optimiser.rate, optimiser.beta1, optimiser.beta2, optimiser.epsilon)
            theirs = tf.train.AdamOptimizer(*rates)
        else:
            theirs = tf.train.GradientDescentOptimizer(optimiser.rate)
        fed = {name: tf.placeholder(tf.float64, p.shape) for name, p in PARAMS.items()}
        update = theirs.apply_gradients([(fed[name], variables[name]) for name in PARAMS])
        session.run(tf.global_variables_initializer())
        for grads in GRADS:
            session.run(update, {fed[name]: grads[name] for name in PARAMS})
        return dict(zip(PARAMS, session.run(list(variables.values())), strict=True))


EXACT = Adam(rate=1 / 16, beta1=3 / 4, beta2=15 / 16, epsilon=1 / 128, placement="hat")


@pytest.mark.parametrize("optimiser", [Sgd(1 / 16), EXACT])
def test_tensorflow_steps_the_same(optimiser: Sgd | Adam) -> None:
    """Epsilon hat; with numbers, and powers of betas, that float32 holds exactly."""
    same(steps(optimiser), by_tensorflow(optimiser), 1e-14)


@pytest.mark.parametrize("optimiser", [Sgd(0.1), Adam(**ADAM, placement="hat")])
def test_tensorflow_holds_its_rates_in_float32(optimiser: Sgd | Adam) -> None:
    """So in float64 it is right to seven digits and no more; the module says so."""
    got, right = by_tensorflow(optimiser), steps(optimiser)
    same(got, right, 1e-7)
    assert worst(got["w"], right["w"]) > 1e-10

"""How far rounding carries results: against Jacobians, against real float32, by scale."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rnncheck.protocol.names import Arrays, group
from rnncheck.protocol.spec import Spec
from rnncheck.reference.cells import cell_of
from rnncheck.reference.implementation import bind
from rnncheck.reference.jacobians import by_complex_step, pack, unpack
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.rounded import Rounded
from rnncheck.suites.rounding import RUNS, Noise
from rnncheck.suites.sigmas import kept_sigmas, sigmas, step_sigmas
from rnncheck.suites.subject import Subject
from rnncheck.suites.tally import Tally
from rnncheck.suites.truth import Truth

Floats = NDArray[np.float64]
UNIT = 2.0**-24
SEEDS = 24
CELLS = {
    "elman": Spec("elman", 3, (4,)),
    "lstm": Spec("lstm", 3, (4,), peepholes=True),
    "gru": Spec("gru", 3, (4,)),
    "jordan": Spec("jordan", 3, (4,), output_size=2, output_activation="tanh"),
}


def entered(arrays: Arrays, noise: Noise) -> Any:
    """Return arrays as numbers to be rounded, themselves exact."""
    return {
        name: Rounded(np.broadcast_to(array, (1 + RUNS, *array.shape)), noise)
        for name, array in arrays.items()
    }


def local(case: Case, x: Floats, state: Arrays) -> Floats:
    """Return the covariance (S, S) of the errors that one step of one row makes on its own."""
    found = np.zeros(())
    for seed in range(SEEDS):
        noise = Noise(UNIT, seed=100 + seed)
        given = (entered(a, noise) for a in (case.params, {"x": x}, state))
        params, inputs, old = given
        new, _ = cell_of(case.spec).forward(case.spec, params, inputs["x"], old)
        answers: Any = new
        runs = np.concatenate([answers[part].runs[:, 0] for part in state], axis=1)  # (1 + RUNS, S)
        off = runs[1:] - runs[0]
        found = found + off.T @ off / (RUNS * SEEDS)
    return found


@pytest.mark.parametrize("name", CELLS)
def test_sigma_of_states_is_that_of_the_jacobians(name: str) -> None:
    """Sigma_t = J_t Sigma_(t-1) J_t' + Delta_t, for each unit at each step, to sampling error."""
    case = make_case(CaseSpec(CELLS[name], steps=9, batch=1, seed=3))
    exact = bind(case.spec, case.params)
    moving = bind(case.spec, case.params, "complex128")
    parts = list(case.state or {})
    sampled = np.mean([_squares(sigmas(case, seed=seed), parts) for seed in range(SEEDS)], axis=0)
    assert case.state is not None
    state, sigma = case.state, np.zeros((0, 0))
    for t, x in enumerate(case.x):
        jacobian = by_complex_step(moving, x, pack(state, case.spec))[0]  # (S, S)
        carried = jacobian @ sigma @ jacobian.T if t else 0.0
        sigma = carried + local(case, x, state)
        expected = np.sqrt(np.diag(sigma))
        assert np.sqrt(sampled[t]) == pytest.approx(expected, rel=0.25)
        state = unpack(pack(group(exact.step(x, state), "state"), case.spec), case.spec)


def _squares(found: Arrays, parts: list[str]) -> Floats:
    """Return sigma squared of the state after each step, (T, S), of the one row."""
    return np.concatenate([found[f"trace.{part}"][:, 0] for part in parts], axis=1) ** 2


def test_sigma_of_float64_is_that_of_float32_scaled() -> None:
    """By the ratio of the unit round-offs; other arithmetics are sampled at their own."""
    case = make_case(CaseSpec(CELLS["lstm"], steps=5, batch=2, seed=4))
    for call, found in (("sequence", sigmas), ("step", step_sigmas)):
        single, double = found(case), found(case, "float64")
        assert single.keys() == double.keys()
        for name, array in single.items():
            assert np.array_equal(array * 2.0**-29, double[name]), name
            ratio = np.median(found(case, "bfloat16")[name] / array)
            assert 2.0**15 < ratio < 2.0**17, name
        assert kept_sigmas(case, call, "float32") is kept_sigmas(case, call, "float32")
        assert np.array_equal(found(case)["d.x"], single["d.x"])


def test_sigma_follows_the_numbers_and_not_the_record() -> None:
    """A case with other arrays is another case."""
    case = make_case(CaseSpec(CELLS["gru"], steps=3, batch=2, seed=4))
    other = replace(case, x=case.x / 2)
    assert case.digest == make_case(case.record).digest != other.digest
    before = kept_sigmas(case, "sequence", "float32")["outputs"]
    assert not np.array_equal(kept_sigmas(other, "sequence", "float32")["outputs"], before)


def test_what_is_exact_has_no_spread() -> None:
    """Zeros past a length, the state of an empty row, padded inputs' gradients."""
    spec = CELLS["lstm"]
    case = make_case(CaseSpec(spec, steps=4, batch=3, seed=5, lengths=(2, 0, 4)))
    found = sigmas(case)
    for name in ("outputs", "d.x"):
        assert np.array_equal(found[name].any(axis=2), case.valid)
    assert not found["state.h"][1].any()
    assert not found["d.state.c"][1].any()
    assert found["state.h"][[0, 2]].all()


def test_numbers_that_the_dtype_does_not_hold_are_rounded_to_begin_with() -> None:
    """A golden's own decimals cost half an ulp each."""
    case = make_case(CaseSpec(CELLS["elman"], steps=1, batch=1, seed=6, state="zero"))
    scaled = replace(case, params={n: a * 0.7 for n, a in case.params.items()})
    exact = replace(case, params={n: np.array(a, "f4") for n, a in scaled.params.items()})
    assert sigmas(scaled)["outputs"].sum() > sigmas(exact)["outputs"].sum()


@pytest.mark.parametrize("name", CELLS)
def test_the_reference_in_float32_uses_part_of_its_allowance(name: str) -> None:
    """Between a tenth and the whole, in no element more, over forward and backward of ten cases."""
    tally = Tally(every=True)
    for seed in range(10):
        case = make_case(CaseSpec(CELLS[name], steps=8, batch=2, seed=seed))
        truth, subject = Truth(case, "float32", tally), Subject(bind, case, "float32")
        for got, right in (
            (subject.run_case(), truth.forward),
            (subject.case_gradients(), truth.gradients),
        ):
            truth.compare("", [truth.values(n, array, right[n]) for n, array in got.items()])
    assert tally.elements > 1000
    assert tally.share is not None
    assert 0.1 < tally.share < 1


def test_an_operation_that_is_not_known_is_refused() -> None:
    """Nothing is rounded by guess: a new function in the reference asks for a decision."""
    number: Any = Rounded(np.ones((1 + RUNS, 2)), Noise(UNIT))
    with pytest.raises(TypeError, match="is it exact, or is it rounded"):
        np.sin(number)
    with pytest.raises(AttributeError, match="_median"):
        np.median(number)

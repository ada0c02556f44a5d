"""What a bank stores is used: no reference runs, no call is made twice, diagnoses stay the same."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
import pytest

from rnncheck.grading import diagnose, matching
from rnncheck.grading.asked import Asked, asked, within
from rnncheck.grading.assignment import load
from rnncheck.grading.bank import Bank
from rnncheck.grading.bank_file import practice
from rnncheck.grading.batch import TRIES
from rnncheck.grading.diagnose import Diagnosis, Diagnostician
from rnncheck.grading.diagnosed import Here
from rnncheck.grading.sketches import sketch
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Given, Mistake, Variation
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites import truth
from rnncheck.suites.answered import Logs
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome, claimed, run_pair

EVERY = 9  # of the mistakes one in so many


def contract_of(name: str) -> tuple[Asked, Bank]:
    """Return a contract and its practice bank."""
    assignment, framework = name.split("/")
    contract = next(one for one in asked(load(assignment)) if one.framework == framework)
    bank = practice(assignment, framework)
    assert bank is not None
    return contract, bank


class Counted:
    """An implementation that counts its calls."""

    def __init__(self, bound: Bind) -> None:
        """Count from zero."""
        self.bound, self.calls, self.networks = bound, 0, set[tuple[Any, ...]]()

    def __call__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind it."""
        made: Any = self.bound(spec, params, dtype, device)
        for name in ("step", "sequence", "step_vjp", "sequence_vjp"):
            setattr(made, name, self._counted(name, spec, getattr(made, name)))
        counting: Implementation = made
        return counting

    def _counted(self, name: str, spec: Spec, call: Any) -> Any:
        def counted(*given: Any) -> Any:
            self.calls += 1
            padded = any(one is not None for one in given[4 if name.endswith("_vjp") else 2 :])
            self.networks.add((name, spec, given[1] is None, padded))
            return call(*given)

        return counted


def replayed(bound: Bind, contract: Asked, bank: Bank, logs: Logs | None = None) -> list[Outcome]:
    """Return how every pair of a bank ends that an implementation claims."""
    found = []
    for pair in bank.pairs:
        check = checks()[pair.check]
        if check.needs <= contract.claims and claimed(pair.record, contract.claims):
            found.append(run_pair(bound, check, pair.record, prepared=bank, logs=logs))
    return found


def _runs(*given: object) -> NoReturn:
    raise AssertionError("the reference runs")


@pytest.mark.parametrize("name", ["elman/numpy", "lstm-backward/numpy", "lstm/torch"])
def test_a_replay_runs_no_reference(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for right answers nor for wrong ones, whose allowances are stored too."""
    contract, bank = contract_of(name)
    known = [bind, mistakes()["hidden_weights_transposed"].bind, mistakes()["look_ahead"].bind]
    before = [[one.status for one in replayed(b, contract, bank)] for b in known]
    again = Bank(**{f: getattr(bank, f) for f in bank.__dataclass_fields__ if f[0] != "_"})
    monkeypatch.setattr(truth, "bind", _runs)
    monkeypatch.setattr(truth, "kept_sigmas", _runs)
    assert [[one.status for one in replayed(b, contract, again)] for b in known] == before
    assert "failed" in before[1]
    assert "failed" in before[2]


@pytest.mark.parametrize("name", ["elman/numpy", "lstm-backward/numpy", "lstm-lengths/numpy"])
def test_stored_sigmas_are_those_that_would_be_computed(name: str) -> None:
    """To the digits of float32; a verdict says what share was used."""
    contract, bank = contract_of(name)
    for pair in bank.pairs[::4]:
        stored, fresh = bank.truth(pair.record, "float64"), truth.Truth(bank.cases[pair.record])
        for call in stored.known:
            if not call.startswith(truth.LARGE_WORD):
                for sigma, array in stored.sigmas(call).items():
                    np.testing.assert_allclose(array, fresh.sigmas(call)[sigma], rtol=1e-6)
    del contract


def diagnoses(contract: Asked, bank: Bank, wrong: Mistake, *, sketched: bool) -> list[Any]:
    """Return what explains each failure of a mistake."""
    claims = contract.offered(wrong)
    here: Any = Here(contract.spec, claims, within(wrong.bind, claims))
    explain = Diagnostician(here, tries=TRIES, bank=bank if sketched else None)
    found: list[Diagnosis | None] = []
    for pair in bank.pairs:
        check = checks()[pair.check]
        if check.needs <= claims and claimed(pair.record, claims):
            ended = run_pair(here.bind, check, pair.record, prepared=bank)
            if ended.failure is not None and ended.failure.wrong:
                found.append(explain(ended))
    return found


@pytest.mark.parametrize("name", ["gru/keras", "lstm/tf1", "elman-cell/tf1"])
def test_a_diagnosis_in_tensorflow_asks_for_no_other_graph(name: str) -> None:
    """What explains failures is what the bank asked: few calls more, all of networks that it built."""
    contract, bank = contract_of(name)
    for wrong in contract.mistakes()[:: 3 * EVERY]:
        claims, logs = contract.offered(wrong), Logs()
        counted = Counted(within(wrong.bind, claims))
        here: Any = Here(contract.spec, claims, counted)
        ended = replayed(counted, contract, bank, logs)
        built, before = set(counted.networks), counted.calls
        explain = Diagnostician(here, tries=TRIES, logs=logs, bank=bank)
        for one in ended:
            explain(one)
        assert counted.networks == built
        assert counted.calls - before <= 3


class Unknown(Variation):
    """Wrong in a way that the catalogue does not know."""

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; everything is a tenth too large."""
        return {name: 1.1 * array for name, array in given.run(self.inner).items()}


@pytest.mark.parametrize("name", ["elman/numpy", "gru-backward/numpy", "lstm-lengths/numpy"])
def test_sketches_change_no_diagnosis(name: str) -> None:
    """What is found with them is what the whole search finds: the mistake, its digits and cases."""
    contract, bank = contract_of(name)
    further = list(diagnose.further_than(contract.mistakes(), contract.spec, TRIES))
    strange = Mistake("strange", "it is strange", "look", Unknown)
    chosen = [*contract.mistakes()[::EVERY], *further[:: TRIES // 3], strange]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for wrong in chosen:
            whole = diagnoses(contract, bank, wrong, sketched=False)
            assert diagnoses(contract, bank, wrong, sketched=True) == whole, wrong.id


def test_sketches_leave_few_mistakes_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more than a hundred, a handful for each failure."""
    contract, bank = contract_of("lstm-backward/numpy")
    wrong, ran = mistakes()["gate_order_ifog"], list[str]()
    digits = matching.Evidence.digits

    def noted(evidence: matching.Evidence, bound: Bind, label: str = "") -> int | None:
        ran.append(label)
        return digits(evidence, bound, label)

    monkeypatch.setattr(matching.Evidence, "digits", noted)
    found = diagnoses(contract, bank, wrong, sketched=True)
    assert {one.mistake for one in found if one} == {wrong.id}
    assert len(contract.mistakes()) > 100
    assert len(ran) <= 4 * len(found)


def test_a_sketch_is_near_for_equal_answers_and_far_for_others() -> None:
    """Equal means to five digits of each tensor's largest number."""
    rng = np.random.default_rng(1)
    answers = {"outputs": rng.normal(size=(4, 2, 3)), "state.h": 100 * rng.normal(size=(2, 3))}
    one = sketch(answers)
    for name, array in answers.items():
        off = array + 0.9e-5 * np.abs(array).max() * rng.choice([-1, 1], array.shape)
        assert abs(sketch({**answers, name: off}).value - one.value) <= one.near
    other = {**answers, "outputs": answers["outputs"][::-1]}
    assert abs(sketch(other).value - one.value) > 10 * one.near
    assert np.isnan(sketch({**answers, "outputs": np.full(3, np.nan)}).value)


def test_what_was_answered_is_not_asked_again() -> None:
    """Not for the second allowance, nor when a check is judged again."""
    contract, bank = contract_of("elman/numpy")
    plain, heard = (Counted(mistakes()["hidden_weights_transposed"].bind) for _ in range(2))
    logs = Logs()
    before = [one.status for one in replayed(plain, contract, bank)]
    assert [one.status for one in replayed(heard, contract, bank, logs)] == before
    assert heard.calls < plain.calls
    asked_for = heard.calls
    assert [one.status for one in replayed(heard, contract, bank, logs)] == before
    assert heard.calls == asked_for


def test_a_second_call_is_a_second_call() -> None:
    """A check that asks twice sees two answers, from the implementation and from a log."""
    contract, bank = contract_of("elman/numpy")
    kept, logs = mistakes()["state_kept_between_calls"], Logs()
    for _ in range(2):
        ended = replayed(kept.bind, contract, bank, logs)
        assert "failed" in {one.status for one in ended if one.check == "advice_repeat"}


class Tired(Variation):
    """Right when it is called for the first time, and never again, whatever it is bound to."""

    calls = 0

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; later ones are a tenth too large."""
        Tired.calls += 1
        much = 1.0 if Tired.calls == 1 else 1.1
        return {name: much * array for name, array in given.run(self.inner).items()}


@pytest.mark.parametrize("name", ["elman/numpy", "lstm-backward/numpy", "lstm/torch"])
def test_shared_answers_hide_nothing(name: str) -> None:
    """What is kept between calls fails the same checks where one answer serves several of them."""
    contract, bank = contract_of(name)
    wrong = (
        "state_kept_between_calls",
        "gradients_kept_between_calls",
        "changes_arguments",
        "prints",
    )
    for mistake in (mistakes()[one] for one in wrong):
        if mistake.applies(contract.spec):
            alone, shared = (
                replayed(mistake.bind, contract, bank, logs) for logs in (None, Logs())
            )
            assert [one.status for one in shared] == [one.status for one in alone], mistake.id
    Tired.calls = 0
    failed = {
        one.check for one in replayed(Tired, contract, bank, Logs()) if one.status == "failed"
    }
    assert {"reference_sequence", "reference_large"} <= failed


class Told:
    """Notes each call with the number of calls that the same binding has answered before."""

    def __init__(self) -> None:
        """Have been told nothing."""
        self.heard: list[tuple[str, int]] = []

    def __call__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind the reference."""
        made: Any = bind(spec, params, dtype, device)
        before: list[str] = []

        def noted(name: str, call: Any) -> Any:
            def answer(*given: Any) -> Any:
                self.heard.append((name, len(before)))
                before.append(name)
                return call(*given)

            return answer

        for name in ("sequence", "sequence_vjp"):
            setattr(made, name, noted(name, getattr(made, name)))
        told: Implementation = made
        return told


def test_a_later_call_is_made_on_what_answered_those_before_it() -> None:
    """Equal calls in equal order are made once; another call goes on from them, or after them."""
    told, logs, case = Told(), Logs(), make_case(CaseSpec(Spec("elman", 2, (3,)), steps=2))

    def run(*scales: float) -> list[tuple[str, int]]:
        told.heard.clear()
        bound = logs.answered(told, checks()["time_rows"])(case.spec, case.params)
        for scale in scales:
            bound.sequence(scale * case.x, case.state)
        return list(told.heard)

    assert run(1.0) == [("sequence", 0)]
    assert run(1.0, 2.0) == [("sequence", 1)]
    assert run(1.0, 2.0) == run(1.0) == []
    assert run(1.0, 3.0) == [("sequence", 0), ("sequence", 1)]
    assert run(1.0, 2.0, 1.0) == [("sequence", 2)]


def test_only_checks_that_look_at_one_answer_share_it() -> None:
    """One that compares calls with each other makes them itself."""
    sharing = {check.name for check in checks().values() if check.shares}
    assert not any(name.startswith(("time", "mask")) for name in sharing)
    assert not sharing & {"advice_repeat", "gradient_linear", "gradient_differences"}

"""Every check fails the mistake that it names, and every mistake is failed by a check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind, claims_of
from rnncheck.suites.case import Case
from rnncheck.suites.check import Check, checks
from rnncheck.suites.driver import plan, run_plan
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth
from tests.catching import DROPPING, SPECS, claimed_cases, first_not_passed, fitting

CHECKS = [pytest.param(c, id=f"{c.name}-catches[{c.catches}]") for c in checks().values()]
MISTAKES = [pytest.param(m, id=name) for name, m in mistakes().items()]
DTYPES = {"returns_float32": ("float64",)}  # float32 in place of float32 is no mistake
SOONEST = ("reference", "golden", "state", "gradient")  # families that fail most mistakes


def misses(check: Check, mistake: Mistake, spec: Spec) -> list[str]:
    """Return the dtypes in which a check that is claimed does not fail a mistake."""
    cases = claimed_cases(mistake, spec)[check.name]
    missed = []
    for dtype in DTYPES.get(mistake.id, ("float64", "float32")):
        outcome = first_not_passed(mistake.bind, check, cases, dtype)
        if outcome is None or outcome.status != "failed":
            missed.append(f"{dtype}: {outcome.message if outcome else 'passed'}")
    return missed


def claimed_by(check: Check, mistake: Mistake) -> dict[str, Spec]:
    """Return the specs that the mistake can be made with and that the check runs on."""
    every = DROPPING if check.family == "wrappers" else SPECS
    return {
        name: spec
        for name, spec in every.items()
        if mistake.applies(spec) and check.name in claimed_cases(mistake, spec)
    }


@pytest.mark.parametrize("check", CHECKS)
def test_check(check: Check) -> None:
    """On every spec that both apply to, of which there is one, the check fails its mistake."""
    assert check.catches in mistakes(), f"no mistake is called {check.catches!r}"
    mistake = mistakes()[check.catches]
    both = claimed_by(check, mistake)
    assert both, f"{check.name} runs on no spec with which {mistake.id} can be made"
    missed = {name: found for name, spec in both.items() if (found := misses(check, mistake, spec))}
    assert not missed, f"{check.name} does not catch {mistake.id}"


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_that_does_nothing_catches_nothing(check: Check) -> None:
    """The test above fails where a check's function is empty."""

    def nothing(subject: Subject, case: Case, truth: Truth) -> None:
        del subject, case, truth

    mistake, empty = mistakes()[check.catches], replace(check, run=nothing)
    spec = next(iter(claimed_by(check, mistake).values()))
    assert misses(empty, mistake, spec)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_caught(mistake: Mistake) -> None:
    """With every spec that a mistake can be made with, some check fails it."""
    specs = fitting(mistake)
    assert specs, f"{mistake.id} can be made with no spec of this test: add one to SPECS"
    uncaught = [name for name, spec in specs.items() if not caught(mistake, spec)]
    assert not uncaught, f"no check catches {mistake.id}"


def caught(mistake: Mistake, spec: Spec) -> bool:
    """Say whether a check fails a mistake, asking first those that are most likely to."""

    def late(name: str) -> tuple[bool, int]:
        check = checks()[name]
        rank = SOONEST.index(check.family) if check.family in SOONEST else len(SOONEST)
        return check.catches != mistake.id, rank

    cases = claimed_cases(mistake, spec)
    for name in sorted(cases, key=late):
        outcome = first_not_passed(mistake.bind, checks()[name], cases[name])
        if outcome is not None:
            return outcome.status == "failed"
    return False


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", SPECS | DROPPING)
def test_reference_passes(name: str, dtype: str) -> None:
    """The reference passes everything that it claims, without a note."""
    spec = (SPECS | DROPPING)[name]
    ended = run_plan(bind, plan(spec, claims_of(spec)), dtype)
    bad = [(o.check, o.status, o.notes) for o in ended if o.status != "not claimed"]
    assert [one for one in bad if one[1:] != ("passed", ())] == []

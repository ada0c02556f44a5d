"""Each mistake that docs/coverage.md names for a row is failed by a check of that row."""

from __future__ import annotations

import pytest

from rnncheck.fixtures.operation_records import operation_records
from rnncheck.mistakes import mistakes, operation_mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.base_operation import OperationMistake
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec
from rnncheck.reference.operations import claims_of
from rnncheck.suites.check import checks
from rnncheck.suites.driver import plan, run_plan
from tests.catching import DROPPING, LAYERED, SPECS, claimed_cases, first_not_passed
from tests.test_coverage import SYSTEMS, WRONG, named

EVERY = SPECS | LAYERED | DROPPING
PAIRS = [
    pytest.param(row, name, id=f"{row['system']}-{name}")
    for row, wrong in zip(SYSTEMS, WRONG, strict=True)
    for name in named(wrong["mistakes"])
]


def held(row: dict[str, str]) -> list[str]:
    """Return the checks of a row: those that it names, or all where it names none."""
    return [name for name in named(row["checks"]) if name in checks()] or list(checks())


def fails(mistake: Mistake, spec: Spec, names: list[str]) -> bool:
    """Say whether one of the checks fails a mistake made with a spec."""
    cases = claimed_cases(mistake, spec)
    outcomes = (
        first_not_passed(mistake.bind, checks()[name], cases[name])
        for name in names
        if name in cases
    )
    return any(outcome is not None and outcome.status == "failed" for outcome in outcomes)


def fails_operation(mistake: OperationMistake, names: list[str]) -> bool:
    """Say whether one of the checks fails a mistake in an operation."""
    specs = [record.spec for record in operation_records().values()]
    for spec in dict.fromkeys(spec for spec in specs if mistake.applies(spec)):
        pairs = [
            (check, cases)
            for check, cases in plan(Operations((spec,)), claims_of(spec))
            if check.name.partition("[")[0] in names
        ]
        if any(outcome.status == "failed" for outcome in run_plan(mistake.bind, pairs)):
            return True
    return False


@pytest.mark.parametrize(("row", "name"), PAIRS)
def test_a_check_of_the_row_fails_the_mistake(row: dict[str, str], name: str) -> None:
    """With one of the specs, or in one of the operations, that the mistake can be made with."""
    operation, network = operation_mistakes().get(name), mistakes().get(name)
    caught = operation is not None and fails_operation(operation, named(row["checks"]))
    assert caught or (
        network is not None
        and any(fails(network, s, held(row)) for s in EVERY.values() if network.applies(s))
    )


def test_a_check_of_another_row_may_miss_it() -> None:
    """What is asked is not true of every check: a right forward hides a wrong gradient."""
    mistake = mistakes()["layers_detached"]
    assert not fails(mistake, LAYERED["lstm stacked"], ["reference_sequence", "mask_outputs"])

"""Operations: the table, the reference, the catalogue of mistakes, and their diagnosis."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.fixtures.operation_files import read_operation
from rnncheck.fixtures.operation_inputs import draw
from rnncheck.fixtures.operation_records import SIZES, operation_records
from rnncheck.grading.diagnose import diagnose
from rnncheck.grading.opened import Opened
from rnncheck.mistakes import operation_mistakes
from rnncheck.mistakes.base_operation import OperationMistake
from rnncheck.protocol.operations import (
    OperationImplementation,
    Operations,
    OperationSpec,
    operation_spec_from_json,
    sizes_of,
)
from rnncheck.protocol.spec import Spec, SpecError
from rnncheck.reference.differences import complex_step
from rnncheck.reference.implementation import claims_of as network_claims
from rnncheck.reference.operations import ReferenceOperation, bind, claims_of
from rnncheck.suites.check import checks, operation_checks
from rnncheck.suites.driver import plan, run_plan
from rnncheck.suites.operation_case import operation_case_spec_from_json
from rnncheck.suites.operation_cases import general

SPECS = list(dict.fromkeys(record.spec for record in operation_records().values()))
EVERY = pytest.mark.parametrize("spec", SPECS, ids=str)
DIFFERENTIATED = [spec for spec in SPECS if spec.operation.differentiated]
MISTAKES = pytest.mark.parametrize(
    "mistake", operation_mistakes().values(), ids=list(operation_mistakes())
)
NO_NUMBERS = {
    "axis_too_many": "the numbers are right, their shape is not",
}
EVERYTHING = frozenset({"compute", "compute_vjp"})


class InProcess(Opened):
    """An operation that needs no worker."""

    def __init__(self, mistake: OperationMistake, spec: OperationSpec) -> None:
        """Offer what the reference does."""
        adapter = adapters.load_operations("numpy_operations")
        whole = Operations((spec,))
        super().__init__("wrong.py", spec.name, adapter, whole, claims_of(spec), _no_worker)
        self.mistake = mistake

    def bind_operation(
        self, spec: OperationSpec, dtype: str = "float64", device: str = "cpu"
    ) -> OperationImplementation:
        """Bind it here."""
        return self.mistake.bind(spec, dtype, device)


def _no_worker() -> NoReturn:
    raise AssertionError("no worker is to be started")


@EVERY
def test_operation_spec_goes_through_json(spec: OperationSpec) -> None:
    """What to_json gives makes the same spec, and a record too."""
    assert operation_spec_from_json(spec.to_json()) == spec
    for record in general(spec):
        assert operation_case_spec_from_json(record.to_json()) == record


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"operation": "adams"}, "operation is 'adams'; allowed: cross_entropy"),
        ({"operation": "cross_entropy", "options": {"reduce": "sum"}}, "has no options"),
        ({"operation": "cross_entropy", "options": {"reduction": "max"}}, "allowed: 'mean'"),
        ({"operation": "cross_entropy", "option": {}}, "has the fields operation and options"),
        ({"operation": "cross_entropy", "options": 3}, "it must be a table"),
    ],
)
def test_operation_spec_says_what_is_wrong(data: dict[str, object], message: str) -> None:
    """The message names what was given and what is allowed."""
    with pytest.raises(SpecError, match=message):
        operation_spec_from_json(data)


def test_operations_are_there_once() -> None:
    """None, and one that is there twice, are refused."""
    spec = OperationSpec("cross_entropy")
    for specs in ((), (spec, spec)):
        with pytest.raises(SpecError, match="at least one, each once"):
            Operations(specs)


@EVERY
def test_operation_arguments_have_the_axes_of_the_table(spec: OperationSpec) -> None:
    """Every letter has one size; another shape is a sentence."""
    arguments, _ = draw(spec, SIZES, 3, {})
    assert sizes_of(spec, arguments).items() <= SIZES.items()
    first = next(a for a in spec.operation.arguments if a.axes)
    with pytest.raises(ValueError, match=f"{first.name} has shape"):
        sizes_of(spec, {**arguments, first.name: arguments[first.name][None]})
    with pytest.raises(ValueError, match=f"was given no {first.name}"):
        sizes_of(spec, {n: a for n, a in arguments.items() if n != first.name})


@pytest.mark.parametrize("spec", DIFFERENTIATED, ids=str)
def test_operation_gradients_equal_complex_steps(spec: OperationSpec) -> None:
    """The reference's backward is that of its forward, number by number."""
    arguments, upstream = draw(spec, SIZES, 5, {})
    inputs = {name: arguments[name] for name in spec.operation.differentiated}
    exact = ReferenceOperation(spec, "complex128")

    def total(moved: dict[str, np.ndarray]) -> np.ndarray:
        results = exact.compute({**arguments, **moved})
        return np.asarray(sum((upstream[n] * a).sum() for n, a in results.items()))

    found = bind(spec).compute_vjp(arguments, upstream)
    for name, slope in complex_step(total, inputs).items():
        np.testing.assert_allclose(found[f"d.{name}"], slope, rtol=1e-12, atol=1e-13)


@EVERY
def test_reference_passes_checks_of_operations(spec: OperationSpec) -> None:
    """In both dtypes, without a note."""
    pairs = plan(Operations((spec,)), claims_of(spec))
    assert len(pairs) >= 4
    for dtype in ("float64", "float32"):
        ended = [(o.check, o.status, o.notes) for o in run_plan(bind, pairs, dtype)]
        assert [one for one in ended if one[1:] != ("passed", ())] == []


def test_plans_of_networks_and_operations_are_apart() -> None:
    """No check is in both, and each is about what it says."""
    network = {c.name for c, _ in plan(Spec("gru", 2, (3,)), network_claims(Spec("gru", 2, (3,))))}
    whole = plan(Operations(tuple(SPECS)), EVERYTHING)
    assert network == set(checks())
    assert {c.name.partition("[")[0] for c, _ in whole} == set(operation_checks())
    assert all(name.startswith("operation_") for name in operation_checks())


@pytest.mark.parametrize("check", operation_checks().values(), ids=list(operation_checks()))
def test_check_of_operations_catches_its_mistake(check: object) -> None:
    """With every operation that both apply to, of which there is one."""
    from rnncheck.suites.check import Check

    assert isinstance(check, Check)
    mistake = operation_mistakes()[check.catches]
    both = [spec for spec in SPECS if mistake.applies(spec) and check.cases(spec)]
    assert both
    for spec in both:
        (outcome,) = run_plan(mistake.bind, [(check, check.cases(spec))])
        assert outcome.status == "failed", spec


@MISTAKES
def test_mistake_in_operations_is_caught_and_named(mistake: OperationMistake) -> None:
    """In each operation it can be made in some check fails, and the diagnosis gives its name."""
    specs = [spec for spec in SPECS if mistake.applies(spec)]
    assert specs
    for spec in specs:
        pairs = plan(Operations((spec,)), claims_of(spec))
        failed = [o for o in run_plan(mistake.bind, pairs) if o.status == "failed"]
        assert failed, spec
        found = diagnose(InProcess(mistake, spec), failed[0])
        expected = None if mistake.id in NO_NUMBERS else mistake.id
        assert (found.mistake if found else None) == expected, spec


def test_every_operation_has_two_mistakes_of_its_own() -> None:
    """Besides those that can be made everywhere."""
    own = [m.operation for m in operation_mistakes().values()]
    assert not [spec.name for spec in SPECS if own.count(spec.name) < 2]


@pytest.mark.parametrize("name", operation_records())
def test_golden_of_an_operation_is_worth_testing_with(name: str) -> None:
    """Sizes differ and are above 1, T is at least 3, upstream gradients are there."""
    record, golden = operation_records()[name], read_operation(name)
    sizes = dict(record.sizes)
    assert sizes_of(golden.spec, golden.arguments) == sizes
    assert len(set(sizes.values())) == len(sizes)
    assert min(sizes.values()) > 1
    assert sizes.get("T", 3) >= 3
    above = set(golden.upstream)
    expected = golden.results.keys() if golden.spec.operation.differentiated else ()
    assert above == set(expected)
    assert all(np.all(array) for array in golden.upstream.values())

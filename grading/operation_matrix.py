"""Contracts of operations: which mistake fails which check, and how often it is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rnncheck.grading.asked import Asked, asked
from rnncheck.grading.assignment import Assignment
from rnncheck.grading.diagnose import Diagnostician
from rnncheck.grading.named import Named
from rnncheck.mistakes import operation_mistakes
from rnncheck.mistakes.base_operation import OperationMistake, right_vjp
from rnncheck.protocol.operations import (
    OperationBind,
    OperationImplementation,
    Operations,
    OperationSpec,
)
from rnncheck.suites.check import Check
from rnncheck.suites.driver import Outcome, plan, run_pair
from rnncheck.suites.operation_case import OperationCaseSpec


@dataclass(frozen=True)
class AskedOperations:
    """What one contract of an assignment, or one part of it, asks for.

    Attributes:
        assignment, framework: the names.
        spec: the operations.
        claims: what an answer must offer.
        backward: whether only checks of gradients apply.
    """

    assignment: str
    framework: str
    spec: Operations
    claims: frozenset[str]
    backward: bool = False

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.assignment}/{self.framework}"

    def pairs(self) -> list[tuple[Check, OperationCaseSpec, int]]:
        """Return every check with each of its cases and the case's number."""
        checked = [(c, cases) for c, cases in plan(self.spec, self.claims) if self._asks(c)]
        return [(check, case, k) for check, cases in checked for k, case in enumerate(cases)]

    def mistakes(self) -> list[OperationMistake]:
        """Return the mistakes that can be made in what is asked for."""
        return [m for m in operation_mistakes().values() if self._leaves_room(m)]

    def _asks(self, check: Check) -> bool:
        return check.vjp or not self.backward

    def _leaves_room(self, mistake: OperationMistake) -> bool:
        results = mistake.changes_results and not self.backward
        gradients = mistake.backward is not right_vjp and "compute_vjp" in self.claims
        return (results or gradients) and any(mistake.applies(spec) for spec in self.spec.specs)


def asked_operations(assignment: Assignment) -> Iterator[AskedOperations]:
    """Yield what the contracts of an assignment of operations ask for, homework part by part."""
    for framework, contract in assignment.contracts.items():
        named = [(f"{framework}/{part.name}", part.contract) for part in contract.parts]
        for name, one in named or [(framework, contract)]:
            if one.operations is not None:
                claims = frozenset(one.claims)
                yield AskedOperations(assignment.name, name, one.operations, claims, one.backward)


def contracts(assignment: Assignment) -> list[Asked | AskedOperations]:
    """Return the contracts of an assignment in whose place mistakes can be put."""
    return [*(one for one in asked(assignment) if one.whole), *asked_operations(assignment)]


def ended(
    contract: AskedOperations, mistake: OperationMistake, dtype: str = "float64"
) -> Iterator[tuple[str, int, Outcome]]:
    """Yield how the checks end, by name and number of the case, of operations it can be made in.

    It computes in the dtype; the judge asks for float64.
    """
    for check, record, number in contract.pairs():
        if mistake.applies(record.spec):
            yield check.name, number, run_pair(_computing(mistake, dtype), check, record)


def _computing(mistake: OperationMistake, computes: str) -> OperationBind:
    def bound(
        spec: OperationSpec, dtype: str = "float64", device: str = "cpu"
    ) -> OperationImplementation:
        return mistake.bind(spec, computes if dtype == "float64" else dtype, device)

    return bound


@dataclass(frozen=True)
class _Here:
    """A mistake in the place of an opened submission."""

    spec: Operations
    claims: frozenset[str]
    bind_operation: OperationBind


def diagnosed(
    contract: AskedOperations, only: Sequence[str] = (), dtype: str = "float64"
) -> list[Named]:
    """Diagnose every failing pair of a check and a case for every mistake, computed in a dtype."""
    known = [m for m in contract.mistakes() if not only or m.id in only]
    return [found for m in known if (found := _named(contract, m, dtype)).cases]


def _named(contract: AskedOperations, mistake: OperationMistake, dtype: str) -> Named:
    here: Any = _Here(contract.spec, contract.claims, _computing(mistake, dtype))
    cases, others = 0, []
    for _, _, outcome in ended(contract, mistake, dtype):
        if outcome.status == "failed" and outcome.failure is not None and outcome.failure.wrong:
            found = Diagnostician(here)(outcome)
            cases += 1
            if found is None or found.mistake != mistake.id:
                others.append(found.mistake if found else "none")
    return Named(mistake.id, cases, cases - len(others), tuple(dict.fromkeys(others)))

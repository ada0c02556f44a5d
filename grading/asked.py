"""What each contract of an assignment asks for: a spec, the claims, the checks and their cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncheck import adapters
from rnncheck.grading.assignment import Assignment
from rnncheck.grading.contract import Contract
from rnncheck.grading.opened import spec_of
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, parameter_shapes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.driver import plan


@dataclass(frozen=True)
class Asked:
    """One contract of one assignment, as the suites see it.

    Attributes:
        assignment, framework: the names.
        spec: what is to be computed; its sizes mean nothing.
        claims: what an answer must offer.
        backward: whether only checks of gradients apply.
        whole: whether mistakes can be put in its place: it is no part of a homework, leaves no
            convention open, and draws no masks of its own.
        part: whether it is a part of a homework: those of a framework share the file of a bank.
    """

    assignment: str
    framework: str
    spec: Spec
    claims: frozenset[str]
    backward: bool = False
    whole: bool = True
    part: bool = False

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.assignment}/{self.framework}"

    @property
    def key(self) -> tuple[Spec, frozenset[str], bool]:
        """All that the checks depend on: equal for contracts that ask for the same."""
        apart = {"float32", "float64", "cpu", "cuda"}
        return self.spec, self.claims - apart, self.backward

    def pairs(self) -> list[tuple[Check, CaseSpec, int]]:
        """Return every check with each of its cases and the case's number."""
        checked = plan(self.spec, self.claims)
        if self.backward:
            checked = [(c, cases) for c, cases in checked if c.vjp]
        return [(check, case, k) for check, cases in checked for k, case in enumerate(cases)]

    def mistakes(self) -> list[Mistake]:
        """Return the mistakes that can be made, and claim something of what is asked."""
        return [m for m in mistakes().values() if m.applies(self.spec) and self.offered(m)]

    def offered(self, mistake: Mistake) -> frozenset[str]:
        """Return what a mistake offers of what is asked; empty without a call."""
        claims = offers(mistake.bind, self.spec) & self.claims
        calls = {"step", "sequence", "step_vjp", "sequence_vjp"}
        return claims if claims & calls else frozenset()


def asked(assignment: Assignment) -> Iterator[Asked]:
    """Yield what each contract of an assignment asks for, but for those of operations."""
    for framework, contract in assignment.contracts.items():
        if contract.operations is not None:
            continue
        if not contract.parts:
            yield _asked(assignment, framework, contract)
        for part in contract.parts:
            yield _asked(assignment, f"{framework}/{part.name}", part.contract)


def _asked(assignment: Assignment, name: str, contract: Contract) -> Asked:
    spec = spec_of(contract.options)
    claims = adapters.load(contract.adapter).claims(spec) & contract.claims
    drawn = "dropout" in claims and "dropout_given" not in claims  # no mistake here draws masks
    whole = "/" not in name and not contract.any_convention and not drawn
    return Asked(assignment.name, name, spec, claims, contract.backward, whole, "/" in name)


def offers(bind: Bind, spec: Spec) -> frozenset[str]:
    """Return what an implementation claims for a spec."""
    zeros = {name: np.zeros(shape) for name, shape in parameter_shapes(spec).items()}
    return bind(spec, zeros, "float64", "cpu").claims


def within(bind: Bind, claims: frozenset[str]) -> Bind:
    """Return an implementation that offers no more than some claims."""

    def bound(
        spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        made: Any = bind(spec, params, dtype, device)
        made.claims = made.claims & claims
        implementation: Implementation = made
        return implementation

    return bound

"""What a check is, and the list of all checks, found by listing the folder."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rnncheck.protocol.claims import claims
from rnncheck.protocol.operations import OperationSpec

FAMILIES = (
    "contract",
    "shape",
    "state",
    "golden",
    "reference",
    "time",
    "mask",
    "gradient",
    "wrappers",
    "advice",
)


@dataclass(frozen=True)
class Check:
    """One claim about an implementation; each file check_<claim>.py holds one as CHECK.

    Attributes:
        name: of the claim, equal to the file's name without "check_".
        family: one of FAMILIES.
        reason: why it matters, one sentence.
        hint: what to look at when it fails, without the answer.
        needs: claims without which it does not apply.
        catches: the id of a mistake that it must fail.
        run: (implementation, case, truth) -> None, raises CheckFailure.
        cases: the records that a bank replays for a spec, simplest first; () where the check does
            not apply to the spec. The sizes in the spec are ignored.
        about: "network" or "operation": whether `run` takes Subject, Case and Truth and `cases` a
            Spec, or OperationSubject, OperationCase, OperationTruth and an OperationSpec.
        varies: makes of a network's case the one that is computed beside it; None for none.
        shares: whether its calls have nothing to do with each other: one answer to each serves all
            such checks. What others call later is answered afresh, unless the same came before.
    """

    name: str
    family: str
    reason: str
    hint: str
    needs: frozenset[str]
    catches: str
    run: Callable[[Any, Any, Any], None]
    cases: Callable[[Any], tuple[Any, ...]]
    about: str = "network"
    varies: Callable[[Any], Any] | None = None
    shares: bool = False

    def __post_init__(self) -> None:
        """Refuse an unknown family or claim."""
        claims(self.needs)
        if self.family not in FAMILIES:
            raise ValueError(f"{self.family!r} is no family of checks; allowed: {FAMILIES}")

    @property
    def vjp(self) -> bool:
        """Whether it asks for gradients."""
        return bool(self.needs & {"step_vjp", "sequence_vjp", "compute_vjp"})

    def of(self, spec: OperationSpec) -> Check:
        """Return the check of one operation among several, "<name>[<operation>]"."""
        return replace(self, name=f"{self.name}[{spec}]")


@functools.cache
def checks() -> dict[str, Check]:
    """Return all checks of networks by name, family by family."""
    return _found("network")


@functools.cache
def operation_checks() -> dict[str, Check]:
    """Return all checks of operations by name, family by family."""
    return _found("operation")


def check_named(name: str) -> Check:
    """Return the check of that name, of a network or, "<name>[<operation>]" too, an operation."""
    return (checks() | operation_checks())[name.partition("[")[0]]


def _found(about: str) -> dict[str, Check]:
    package = importlib.import_module("rnncheck.suites")
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("check_"):
            check = importlib.import_module(f"rnncheck.suites.{module.name}").CHECK
            if f"check_{check.name}" != module.name:
                raise ValueError(f"{module.name}.py holds the check {check.name!r}")
            if check.about == about:
                found.append(check)
    found.sort(key=lambda c: (FAMILIES.index(c.family), c.name))
    return {check.name: check for check in found}

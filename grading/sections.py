"""Reads the sections of an assignment that stand for themselves."""

from __future__ import annotations

from rnncheck.grading.table import Table
from rnncheck.protocol.claims import claims
from rnncheck.protocol.operations import Operations, operation_spec_from_json
from rnncheck.protocol.spec import SpecError
from rnncheck.suites.check import FAMILIES, checks, operation_checks


def hidden_in(table: Table) -> frozenset[str]:
    """Return the families and checks whose details a student does not see."""
    table.only(("hidden",))
    named = table.strings("hidden")
    unknown = [name for name in named if name not in (*FAMILIES, *checks(), *operation_checks())]
    if unknown:
        raise table.error(
            f"{unknown} is neither a family of checks nor a check; families: {', '.join(FAMILIES)}"
        )
    return frozenset(named)


def points_in(table: Table) -> dict[str, float]:
    """Return the points of each family; they add up to 100.

    A check that is named with 0 is advice: its family's points are shared by the others.
    """
    points = table.numbers((*FAMILIES, *checks()), zero=True)
    alone = {name: points.pop(name) for name in list(points) if name not in FAMILIES}
    if any(alone.values()):
        raise table.error(f"{', '.join(alone)}: a check that is named can only have 0 points")
    total = sum(points.values())
    if abs(total - 100) > 1e-9:
        raise table.error(f"the points add up to {total}; they must add up to 100")
    return {family: float(points.get(family, 0)) for family in FAMILIES} | alone


def operations_in(table: Table) -> Operations:
    """Return the operations: a table of options under the name of each."""
    try:
        return Operations(
            tuple(
                operation_spec_from_json({"operation": name, "options": table.get(name, dict)})
                for name in table.data
            )
        )
    except SpecError as error:
        raise table.error(str(error)) from error


def names_of(table: Table) -> tuple[str, ...]:
    """Return the names that a file must define, at least one."""
    if not table.strings("names"):
        raise table.error("'names' is empty; name what the file must define")
    return table.strings("names")


def claims_of(table: Table) -> frozenset[str]:
    """Return the claims of a contract."""
    try:
        return claims(table.strings("claims"))
    except ValueError as error:
        raise table.error(str(error)) from error

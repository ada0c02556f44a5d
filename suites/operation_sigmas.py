"""How far rounding carries a right operation: sigma of every result and gradient, as in sigmas."""

from __future__ import annotations

from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import whole_results
from rnncheck.reference.operations import BACKWARD, FORWARD
from rnncheck.suites.answered import digest
from rnncheck.suites.operation_case import OperationCase
from rnncheck.suites.sigmas import Entry, deviations

_KEPT: dict[tuple[str, bytes, str, bool], Arrays] = {}
_MOST_KEPT = 1024


def operation_sigmas(
    case: OperationCase, call: str, *, rounded: bool = False, seed: int = 1
) -> Arrays:
    """Return float32's sigma of each result of a call, by the name of the result.

    Whole numbers have none. Scalars are exact: they are drawn so that every dtype holds them.

    Args:
        case: the arguments, and upstream gradients.
        call: "compute" or "compute_vjp".
        rounded: whether the arguments carry half an ulp each to begin with, though float32 holds
            them: where large numbers cancel, formulas may round at the size of these.
        seed: of the rounding errors.
    """
    if whole_results(case.spec, call):
        return {}
    enter, spec = Entry("float32", seed, exact=not rounded), case.spec
    floats = {a.name for a in spec.operation.arguments if a.kind == "float" and a.axes}
    given = {n: enter(a) if n in floats else a for n, a in case.arguments.items()}
    if call == "compute":
        return deviations(FORWARD[spec.name](spec, given), "float32")
    found = BACKWARD[spec.name](spec, given, enter.all(case.upstream))
    return deviations({f"d.{name}": array for name, array in found.items()}, "float32")


def kept_operation_sigmas(case: OperationCase, call: str, *, rounded: bool = False) -> Arrays:
    """Return the sigmas of a call, computed once for cases of the same numbers."""
    key = call, digest(case.arguments, case.upstream), str(case.spec), rounded
    if key not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = operation_sigmas(case, call, rounded=rounded)
    return _KEPT[key]

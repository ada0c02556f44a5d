"""Which results of a case may not be judged; a bank holds no case with one."""

from __future__ import annotations

from rnncheck.protocol.names import Arrays
from rnncheck.suites.case import Case
from rnncheck.suites.sigmas import kept_sigmas
from rnncheck.suites.truth import Truth


def blurred(case: Case, dtype: str = "float32") -> list[str]:
    """Return the results of a sequence and its vjp, of a step and its, that rounding makes.

    Where the one for float32 is empty so is that of float64. A step is looked at where there is
    one, with all directions forward or all reverse, and T is not 0.
    """
    truth = Truth(case, dtype)
    found = _blurred(truth, "sequence", truth.forward | truth.gradients)
    if len(case.spec.directions) > 1 or not len(case.x):
        return found
    return found + _blurred(truth, "step", truth.first_step | truth.first_step_gradients)


def _blurred(truth: Truth, call: str, right: Arrays) -> list[str]:
    found = []
    for name in kept_sigmas(truth.case, call, truth.dtype).keys() & right.keys():
        spread = truth.spread(name, call)
        tensor = truth.values(name, right[name], right[name], spread=spread)
        if not tensor.judgeable():
            found.append(f"{call}: {name}")
    return sorted(found)

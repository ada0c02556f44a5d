"""How far rounding carries a right implementation: the rms deviation of every result of a case.

sigma, element by element, is the rms deviation from the float64 reference of RUNS runs of that same
reference, forward and backward, on numbers that are rounded after every operation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnncheck.protocol.names import Array, Arrays
from rnncheck.reference import steps
from rnncheck.reference.arrays import prefixed
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import Case
from rnncheck.suites.precision import PRECISIONS
from rnncheck.suites.rounded import Rounded
from rnncheck.suites.rounding import RUNS, Noise


def sigmas(case: Case, dtype: str = "float32", seed: int = 1) -> Arrays:
    """Return sigma of each result of a sequence and of its vjp, by the name of the result.

    "outputs", "state.<part>", "trace.<part>" (the state after each step), "d.<parameter>", "d.x"
    and "d.state.<part>", each of the result's own shape.

    Args:
        case: what is run; what the dtype does not hold exactly is rounded to begin with.
        dtype: of precision.PRECISIONS; what is returned for float64 is float32's, scaled.
        seed: of the rounding errors.
    """
    bound, enter = bind(case.spec, case.params), Entry(_sampled(dtype), seed)
    if case.dropout is not None:
        bound = bound.training(case.dropout)
    params, start = enter.all(bound.params), enter.all(bound.start(case.state, case.x.shape[1]))
    run = bound.network.forward(params, enter(case.x), start, case.valid)
    d_outputs, d_state = bound.upstream(case.d_outputs, case.d_state, case.valid.shape)
    upstream = enter(d_outputs), enter.all(d_state)
    grads = bound.shown(bound.network.backward(params, run, case.valid, *upstream), "d.state.")
    state = bound.shown(run.state)
    trace = {name: a for name, a in run.trace.items() if name in run.state}
    results = {"outputs": run.outputs} | prefixed("state.", state) | prefixed("trace.", trace)
    return deviations(results | grads, dtype)


def step_sigmas(case: Case, dtype: str = "float32", seed: int = 1) -> Arrays:
    """Return sigma of each result of a step on the first input and of its vjp; as sigmas."""
    bound, enter = bind(case.spec, case.params), Entry(_sampled(dtype), seed)
    cell, batch = bound.network.loop.cell, case.x.shape[1]
    start = enter.all(bound.start(case.state, batch))
    given = enter.all(bound.params), enter(case.x[0]), start
    outputs, new, _ = steps.forward(case.spec, cell, *given, {})
    d_outputs, d_state = bound.upstream(case.d_outputs[0], case.d_state, (batch,))
    upstream = enter(d_outputs), enter.all(d_state)
    grads = bound.shown(steps.backward(case.spec, cell, *given, {}, *upstream), "d.state.")
    return deviations({"outputs": outputs} | prefixed("state.", bound.shown(new)) | grads, dtype)


_KEPT: dict[tuple[str, str, str], Arrays] = {}
_MOST_KEPT = 1024


def kept_sigmas(case: Case, call: str, dtype: str) -> Arrays:
    """Return the sigmas of "sequence" or "step", computed once for cases of the same numbers."""
    key = (case.digest, call, dtype)
    if key not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[key] = (sigmas if call == "sequence" else step_sigmas)(case, dtype)
    return _KEPT[key]


class Entry:
    """Turns the arrays of a case into numbers that are rounded as a dtype rounds."""

    def __init__(self, dtype: str, seed: int, *, exact: bool = True) -> None:
        """Take a dtype; `exact` says whether numbers that it holds come without an error."""
        self._exact, self._precision = exact, PRECISIONS[dtype]
        least = self._precision.smallest / 2 if dtype == "float16" else 0.0
        self._noise = Noise(self._precision.unit, least, seed)

    def __call__(self, array: Array) -> Any:
        """Return an array as numbers of that kind."""
        exact = np.tile(np.asarray(array, np.float64), (RUNS + 1, *[1] * array.ndim))
        held = self._exact & (self._precision.rounded(array) == array)
        return Rounded(self._noise.rounded(exact, np.where(held, 0.0, exact)), self._noise)

    def all(self, arrays: Arrays) -> dict[str, Any]:
        """Return every array as such numbers."""
        return {name: self(array) for name, array in arrays.items()}


def _sampled(dtype: str) -> str:
    return "float32" if dtype == "float64" else dtype


def deviations(results: dict[str, Any], dtype: str) -> Arrays:
    """Return the rms deviation from the exact version of each element, in units of a dtype."""
    scale = PRECISIONS[dtype].unit / PRECISIONS[_sampled(dtype)].unit
    found: Arrays = {}
    for name, rounded in results.items():
        off = rounded.runs[1:] - rounded.runs[0]
        found[name] = scale * np.sqrt(np.mean(off**2, axis=0))
    return found

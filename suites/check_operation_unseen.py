"""What an operation does not look at changes nothing, and no gradient reaches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.suites.check import Check
from rnncheck.suites.operation_case import OperationCase, OperationCaseSpec
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.truth import floats

POISON = 64.0


def _not_kept(given: Arrays) -> Arrays:
    """Return where the logits are (T, B, 1) that the mask leaves out."""
    return {"logits": ~given["mask"][:, :, None]}


def _outside(given: Arrays) -> Arrays:
    """Return where the outputs are (T, 1, 1) that lie outside of the window."""
    t = np.arange(len(given["outputs"]))[:, None, None]
    return {"outputs": (t < given["t_min"]) | (t > given["t_max"])}


def _not_last(given: Arrays) -> Arrays:
    """Return where the logits are (T, B, 1) that are not the last of their row."""
    t = np.arange(len(given["logits"]))[:, None, None]
    return {"logits": t != given["lengths"][None, :, None] - 1}


def _not_used(given: Arrays) -> Arrays:
    """Return the rows of the table (V, 1) that no id names."""
    return {"table": ~np.isin(np.arange(len(given["table"])), given["ids"])[:, None]}


def _past_the_end(given: Arrays) -> Arrays:
    """Return where the inputs are (S, B, 1) that lie past the end of their row."""
    t = np.arange(len(given["x"]))[:, None, None]
    return {"x": t >= given["lengths"][None, :, None]}


# By operation: where (to be broadcast) which arguments are not looked at.
UNSEEN: dict[str, Callable[[Arrays], Arrays]] = {
    "cross_entropy": _not_kept,
    "squared_error": _outside,
    "last_cross_entropy": _not_last,
    "embedding": _not_used,
    "sequence_to_vector": _past_the_end,
    "encoder_decoder": _past_the_end,
}


def run(subject: OperationSubject, case: OperationCase, truth: OperationTruth) -> None:
    """Fail where such numbers change a result, or have a gradient other than exactly zero."""
    unseen, given = _places(case), altered(case).arguments
    truth.compare(
        "results change with numbers that do not count",
        truth.every(subject.compute(given), truth.results),
    )
    if "compute_vjp" not in subject.claims:
        return
    found = subject.compute_vjp(given, case.upstream)
    tensors = [_nothing(truth, f"d.{name}", found, where) for name, where in unseen.items()]
    truth.compare("gradients flow to numbers that do not count", tensors)


def altered(case: OperationCase) -> OperationCase:
    """Return the case with large numbers where nobody looks."""
    given = dict(case.arguments)
    for name, where in _places(case).items():
        given[name] = np.where(where, POISON, given[name])
    return replace(case, arguments=given)


def _places(case: OperationCase) -> Arrays:
    found = UNSEEN[case.spec.name](case.arguments)
    return {n: np.broadcast_to(where, case.arguments[n].shape) for n, where in found.items()}


def _nothing(truth: OperationTruth, name: str, found: Arrays, where: Array) -> Tensor:
    got = np.where(where, floats(found[name]), 0.0)
    whole = truth.values(name, got, np.zeros(got.shape))
    return Tensor(name, got, whole.expected, np.zeros(got.shape), whole.axes)


def _cases(spec: OperationSpec) -> tuple[OperationCaseSpec, ...]:
    return general(spec, seed=280)[1:] if spec.name in UNSEEN else ()


CHECK = Check(
    name="operation_unseen",
    family="mask",
    reason="Gradients flow through every output that a loss uses, and through no other.",
    hint="Look at the steps that do not count: they add exactly nothing.",
    needs=frozenset({"compute"}),
    catches="gradient_not_masked",
    run=run,
    cases=_cases,
    about="operation",
)

"""Allowances of operations: from their own arithmetic, sharp enough, and wide enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnncheck.fixtures.operation_records import operation_records
from rnncheck.grading.implementations import reference_handles
from rnncheck.grading.soak import Budget, soak
from rnncheck.protocol.claims import DTYPES
from rnncheck.protocol.operations import Operations, OperationSpec
from rnncheck.reference.operations import ReferenceOperation, bind, claims_of
from rnncheck.suites.allowance import FEW
from rnncheck.suites.driver import plan, run_plan
from rnncheck.suites.operation_case import OperationCaseSpec, make_operation_case
from rnncheck.suites.operation_cases import general
from rnncheck.suites.operation_sigmas import kept_operation_sigmas, operation_sigmas
from rnncheck.suites.operation_subject import OperationTruth
from rnncheck.suites.tally import Tally
from rnncheck.suites.tensor import Tensor
from rnncheck.suites.verdict import judge

SPECS = list(dict.fromkeys(record.spec for record in operation_records().values()))
ROUNDED = [spec for spec in SPECS if spec.name != "generate"]  # its results are whole numbers
EVERY = pytest.mark.parametrize("spec", ROUNDED, ids=str)
RELATIVE, TINY = 1e-5, 1e-3


def answers(truth: OperationTruth) -> dict[str, Any]:
    """Return what is right."""
    gradients = truth.gradients if truth.case.upstream else {}
    return {**truth.results, **gradients}


def off_by_one(record: OperationCaseSpec, dtype: str) -> Iterator[tuple[Tensor, float, Tensor]]:
    """Yield what is right with one element off, that element's part of the largest, and the right.

    Computed in float64 and judged by a dtype's allowance.
    """
    truth = OperationTruth(make_operation_case(record), dtype)
    truth.computed = "float64"
    for name, right in answers(truth).items():
        for place in map(tuple, np.argwhere(right)):
            got = np.array(right)
            got[place] *= 1 + RELATIVE
            whole = truth.values(name, right, right)
            yield replace(whole, got=got), float(abs(right[place]) / np.abs(right).max()), whole


@EVERY
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_one_element_is_found(spec: OperationSpec, dtype: str) -> None:
    """1e-5 of any element that is not tiny, though float64 may be judged as if it were float32.

    Of less than three numbers none stands alone, and the largest is found.
    """
    for record in general(spec):
        for wrong, size, right in off_by_one(record, dtype):
            assert not judge(right, Tally()).wrong.any()
            few = np.count_nonzero(right.expected) < FEW and dtype == "float32"
            if size > (0.99 if few else TINY):
                assert judge(wrong, Tally()).wrong.sum() == 1, (record, wrong.name, size)


@EVERY
def test_every_record_is_judged(spec: OperationSpec) -> None:
    """In float32 too rounding moves no result by a hundredth, but for zeros: one class has no loss."""
    for _, records in plan(Operations((spec,)), claims_of(spec)):
        for record in records:
            truth = OperationTruth(make_operation_case(record), "float32")
            for name, right in answers(truth).items():
                known = truth.values(name, right, right).judgeable()
                assert known or not right.any(), (record, name)


@EVERY
def test_float32_passes(spec: OperationSpec) -> None:
    """Whoever computes in float32 passes: none of its errors is taken for one that stands alone."""

    def single(
        spec: OperationSpec, dtype: str = "float64", device: str = "cpu"
    ) -> ReferenceOperation:
        del dtype
        return bind(spec, "float32", device)

    for outcome in run_plan(single, plan(Operations((spec,)), claims_of(spec)), shares=True):
        assert outcome.status in ("passed", "not claimed"), outcome
        assert outcome.share is None or outcome.share < 1


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_right_implementation_uses_part_of_the_allowance(dtype: str) -> None:
    """Between a tenth and the whole, in fresh cases of all operations."""
    own = next(handle for handle in reference_handles() if handle.name == "reference[operations]")
    *_, row = soak([("reference", own)], [dtype], 1, Budget(dict.fromkeys(DTYPES, 4000)))
    assert not row.failures, row.told
    assert row.tally.elements >= 4000
    assert row.tally.share is not None
    assert 0.1 < row.tally.share < 1


def test_what_is_exact_has_no_sigma() -> None:
    """Rows that are looked up, what a bound leaves alone, and whole numbers."""
    table, clipped = (
        operation_sigmas(make_operation_case(general(OperationSpec(name))[1]), "compute")
        for name in ("embedding", "clip_by_value")
    )
    assert not table["x"].any()
    assert not clipped["clipped"].any()
    whole = make_operation_case(general(OperationSpec("generate"))[0])
    assert operation_sigmas(whole, "compute") == {}


def test_sigma_is_kept_by_the_numbers() -> None:
    """Equal cases share it; a call, an option or rounded arguments have their own."""
    mean, total = (
        make_operation_case(general(OperationSpec("cross_entropy", (("reduction", way),)))[1])
        for way in ("mean", "sum")
    )
    first = kept_operation_sigmas(mean, "compute")
    assert kept_operation_sigmas(make_operation_case(mean.record), "compute") is first
    assert kept_operation_sigmas(total, "compute")["loss"] > first["loss"]
    assert kept_operation_sigmas(mean, "compute", rounded=True)["loss"] > first["loss"]
    assert kept_operation_sigmas(mean, "compute_vjp").keys() == {"d.logits"}


def test_large_logits_that_cancel_are_allowed_their_rounding() -> None:
    """Log sum exp less the logit is right too: off by an ulp of 1024, not of the loss."""
    spec = OperationSpec("last_cross_entropy", (("reduction", "sum"),))

    class Plain(ReferenceOperation):
        """Subtracts two large numbers."""

        def compute(self, arguments: Any) -> Any:
            """Return log sum exp less the logit of each row's target."""
            given = self.given(arguments)
            rows = np.arange(len(given["lengths"]))
            last = given["logits"][given["lengths"] - 1, rows]  # (B, O)
            most = last.max(axis=1)
            total = most + np.log(np.exp(last - most[:, None]).sum(axis=1))
            return {"loss": np.sum(total - last[rows, given["targets"]], dtype=self.dtype)}

    def plain(spec: OperationSpec, dtype: str = "float64", device: str = "cpu") -> Plain:
        del device
        return Plain(spec, dtype)

    pairs = plan(Operations((spec,)), claims_of(spec))
    for dtype in ("float64", "float32"):
        ended = {o.check: (o.status, o.notes) for o in run_plan(plain, pairs, dtype)}
        assert set(ended.values()) == {("passed", ())}, ended

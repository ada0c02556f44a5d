"""A few lines that reproduce a failure of an operation without rnncheck."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnncheck.adapters.base_operations import OperationAdapter
from rnncheck.grading.escape import line
from rnncheck.grading.opened import Opened
from rnncheck.grading.script import Wrong, comparison, imports, literal, setup_ends, variable
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.check import check_named
from rnncheck.suites.driver import Outcome
from rnncheck.suites.operation_case import OperationCase, OperationCaseSpec, make_operation_case
from rnncheck.suites.operation_subject import OperationSubject, OperationTruth
from rnncheck.suites.shrink import smallest_operation
from rnncheck.suites.tally import Tally
from rnncheck.suites.verdict import judge

SOURCES = ("operation_reference", "operation_gradient", "operation_shape")


def operation_snippet(
    opened: Opened, failed: list[Outcome], file: Path, device: str = "cpu"
) -> str:
    """Return a script that shows a wrong number, or "" where there is none to show; as `snippet`."""
    for outcome in failed:
        record, source = outcome.record, outcome.check.partition("[")[0]
        numbers = outcome.failure is not None and outcome.failure.wrong
        if source not in SOURCES or not numbers or not isinstance(record, OperationCaseSpec):
            continue
        check = check_named(outcome.check)
        small = smallest_operation(opened.bind_operation, check, record, device=device)
        try:
            wrong = _wrong(opened, make_operation_case(small), device, "compute_vjp" in check.needs)
        except Fault:
            return ""
        if wrong.most:
            return _script(opened, make_operation_case(small), wrong, file)
    return ""


def _wrong(opened: Opened, case: OperationCase, device: str, vjp: bool) -> Wrong:
    subject, truth = (
        OperationSubject(opened.bind_operation, case, device=device),
        OperationTruth(case),
    )
    got = subject.case_gradients() if vjp else subject.run_case()
    right = truth.gradients if vjp else truth.results
    error: Arrays = {}
    for tensor in truth.every(got, right):
        found = judge(tensor, Tally())
        error[tensor.name] = np.where(found.wrong, np.nan_to_num(found.error, nan=np.inf), 0.0)
    return Wrong("compute_vjp" if vjp else "compute", got, right, error)


def _script(opened: Opened, case: OperationCase, wrong: Wrong, file: Path) -> str:
    adapter = opened.adapter
    assert isinstance(adapter, OperationAdapter)
    run = adapter.layout.rerun(case.spec, wrong.call, "mine")
    setup = setup_ends(run)
    above = case.upstream if wrong.call == "compute_vjp" else {}
    given = case.arguments | {f"d_{name}": array for name, array in above.items()}
    return "\n".join(
        [
            f"# Shows a wrong number in {line(file.name)} without rnncheck.",
            "import numpy as np",
            *run[:setup],
            *imports(file),
            "",
            *(f"{variable(name)} = {_written(array)}" for name, array in given.items()),
            "",
            *_grouped(adapter, given),
            *run[setup:],
            "",
            *comparison(wrong, adapter.world),
            "",
        ]
    )


def _written(array: Array) -> str:
    return literal(array) if array.ndim else repr(array.item())


def _grouped(adapter: OperationAdapter, given: Arrays) -> list[str]:
    """Write dicts of dotted names, which the lines of tensors write themselves."""
    if adapter.world != "numpy":
        return []
    heads: dict[str, list[str]] = {}
    for name in given:
        head, _, rest = name.partition(".")
        if rest:
            heads.setdefault(head, []).append(f'"{rest}": {variable(name)}')
    return [f"{head} = {{{', '.join(entries)}}}" for head, entries in heads.items()]

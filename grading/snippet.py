"""A few lines of NumPy that reproduce a failure without rnncheck, with the smallest numbers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout
from rnncheck.grading.escape import line
from rnncheck.grading.opened import Opened
from rnncheck.grading.operation_snippet import operation_snippet
from rnncheck.grading.script import Wrong, comparison, imports, literal, setup_ends, variable
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays, flat, group
from rnncheck.protocol.operations import Operations
from rnncheck.suites.calls import backward, forward
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome
from rnncheck.suites.shrink import plainest, smallest
from rnncheck.suites.subject import Subject
from rnncheck.suites.tally import Tally
from rnncheck.suites.truth import Truth
from rnncheck.suites.verdict import judge

DROPPING = ("dropout_forward", "dropout_gradient")
SOURCES = (
    "reference_step",
    "reference_sequence",
    "reference_none_state",
    "mask_outputs",
    "mask_state",
    "gradient_step",
    "gradient_reference",
    "gradient_long",
    "mask_gradient",
    *DROPPING,
)
QUICK = ("numpy", "torch")  # worlds in which a call takes a millisecond, so that many can be tried


def snippet(opened: Opened, failed: list[Outcome], file: Path, device: str = "cpu") -> str:
    """Return a script that shows a wrong number, or "" where there is none to show.

    Args:
        opened: the submission.
        failed: how checks ended that did not pass.
        file: the submission's file; the script imports it by its name.
        device: "cpu" or "cuda".
    """
    if isinstance(opened.spec, Operations):
        return operation_snippet(opened, failed, file, device)
    ended = {o.check: o.record for o in failed if o.failure is not None and o.failure.wrong}
    for name in SOURCES:
        record = ended.get(name)
        quick = opened.adapter.world in QUICK
        if not isinstance(record, CaseSpec) or (name in DROPPING and not quick):
            continue
        vjp = checks()[name].vjp
        case = make_case(smallest(opened.bind, checks()[name], record, device=device))
        try:
            if opened.adapter.world in QUICK:
                case = _plainest(opened, case, device, vjp)
            wrong = _wrong(opened, case, device, vjp)
        except Fault:
            return ""
        if wrong.most:
            return _script(opened, case, wrong, file)
    return ""


def _plainest(opened: Opened, case: Case, device: str, vjp: bool) -> Case:
    return plainest(case, lambda plainer: _wrong(opened, plainer, device, vjp).most)


def _wrong(opened: Opened, case: Case, device: str, vjp: bool) -> Wrong:
    subject, truth = Subject(opened.bind, case, device=device), Truth(case)
    call, got = (backward if vjp else forward)(subject, case)
    if masks := group(got, "dropout"):
        truth = Truth(replace(case, dropout=masks))
    right = {n: a for n, a in _right(truth, call).items() if n in got}
    error: Arrays = {}
    for name, expected in right.items():
        spread = truth.spread(name, call.removesuffix("_vjp"))
        found = judge(truth.values(name, got[name], expected, spread=spread), Tally())
        error[name] = np.where(found.wrong, np.nan_to_num(found.error, nan=np.inf), 0.0)
    out, spec = opened.network()[1].layout.results_out, case.spec
    return Wrong(call, out(spec, call, got), out(spec, call, right), out(spec, call, error))


def _right(truth: Truth, call: str) -> Arrays:
    if call.endswith("_vjp"):
        return truth.gradients if call == "sequence_vjp" else truth.first_step_gradients
    return truth.forward if call == "sequence" else truth.first_step


def _script(opened: Opened, case: Case, wrong: Wrong, file: Path) -> str:
    layout = opened.network()[1].layout
    native = _arguments(layout, case, wrong.call, Subject(opened.bind, case).dropout())
    params = layout.params_out(case.spec, case.params)
    run = layout.rerun(case.spec, wrong.call, f"mine.{opened.bound_name}", [*native])
    setup = setup_ends(run)
    lines = [
        f"# Shows a wrong number in {line(file.name)} without rnncheck.",
        "import numpy as np",
        *run[:setup],
        *imports(file),
        "",
        "params = {",
        *(f'    "{name}": {literal(array)},' for name, array in params.items()),
        "}",
        *(f"{variable(name)} = {literal(array)}" for name, array in native.items()),
        "",
        *run[setup:],
        "",
        *comparison(wrong, opened.adapter.world),
    ]
    return "\n".join(lines) + "\n"


def _arguments(layout: Layout, case: Case, call: str, dropout: Arrays | None) -> Arrays:
    step = call.startswith("step")
    rows: dict[str, Any] = {}
    if not step:
        rows = {"lengths": case.lengths, "mask": case.mask, "dropout": dropout}
    given = flat(x=case.x[0] if step else case.x, state=case.state, **rows)
    if call.endswith("_vjp"):
        upstream = case.d_outputs[0] if step else case.d_outputs
        given |= flat(d_outputs=upstream, d_state=case.d_state)
    return layout.arguments(case.spec, call, given)

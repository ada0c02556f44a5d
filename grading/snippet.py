"""A few lines of NumPy that reproduce a failure without rnncheck, with the smallest numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnncheck.adapters.base import Layout
from rnncheck.grading.opened import Opened
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, flat
from rnncheck.suites.calls import backward, forward
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.check import checks
from rnncheck.suites.driver import Outcome
from rnncheck.suites.shrink import smallest
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

SOURCES = (
    "reference_step",
    "reference_sequence",
    "gradient_step",
    "gradient_reference",
    "gradient_long",
)


def snippet(opened: Opened, failed: list[Outcome], file: Path, device: str = "cpu") -> str:
    """Return a script that shows the first wrong number, or "" where there is none to show.

    Args:
        opened: the submission.
        failed: how checks ended that did not pass.
        file: the submission's file; the script imports it by its name.
        device: "cpu" or "cuda".
    """
    wrong = {o.check: o for o in failed if o.failure is not None and o.failure.wrong}
    for name in SOURCES:
        if name in wrong and (record := wrong[name].record) is not None:
            small = smallest(opened.bind, checks()[name], record, device=device)
            try:
                return _script(opened, small, file, device, vjp=name.startswith("gradient"))
            except Fault:
                return ""
    return ""


def _script(opened: Opened, record: CaseSpec, file: Path, device: str, *, vjp: bool) -> str:
    case, layout = make_case(record), opened.adapter.layout
    subject, truth = Subject(opened.bind, case, device=device), Truth(case)
    call, got = (backward if vjp else forward)(subject, case)
    right = _right(truth, call)
    name = _first_wrong(got, right, truth)
    if name is None:
        return ""
    expected = layout.results_out(case.spec, call, right)
    shown = name if name in expected else next(n for n in expected if n.startswith("d."))
    lines = [
        f"# Shows a wrong number in {file.name} without rnncheck: save it beside that file.",
        "import numpy as np",
        *_imports(file),
        "",
        *_givens(layout, case, call),
        "",
        *layout.rerun(case.spec, call, f"mine.{opened.bound_name}"),
    ]
    variable = shown.replace(".", "_")
    if f"new_{variable}" in "\n".join(lines):
        variable = f"new_{variable}"
    return "\n".join([*lines, "", *_comparison(variable, expected[shown])]) + "\n"


def _right(truth: Truth, call: str) -> Arrays:
    if call == "sequence":
        return {n: a for n, a in truth.forward.items() if not n.startswith("trace.")}
    if call == "step":
        return {n: a for n, a in truth.first_step.items() if not n.startswith("trace.")}
    return truth.gradients if call == "sequence_vjp" else truth.first_step_gradients


def _first_wrong(got: Arrays, right: Arrays, truth: Truth) -> str | None:
    for name, expected in right.items():
        judge = truth.gradient if name.startswith("d.") else truth.values
        allowed = judge(name, got[name], expected).allowed
        if not np.all(np.abs(got[name] - expected) <= allowed):
            return name
    return None


def _imports(file: Path) -> list[str]:
    if file.stem.isidentifier():
        return [f"import {file.stem} as mine"]
    return ["import importlib", f"mine = importlib.import_module({file.stem!r})"]


def _givens(layout: Layout, case: Case, call: str) -> list[str]:
    step = call.startswith("step")
    arguments = flat(x=case.x[0] if step else case.x, state=case.state)
    if call.endswith("_vjp"):
        upstream = case.d_outputs[0] if step else case.d_outputs
        arguments |= flat(d_outputs=upstream, d_state=case.d_state)
    native = layout.arguments(case.spec, call, arguments)
    params = layout.params_out(case.spec, case.params)
    lines = ["params = {"]
    lines += [f'    "{name}": {_literal(array)},' for name, array in params.items()]
    lines += ["}"]
    return lines + [f"{n.replace('.', '_')} = {_literal(a)}" for n, a in native.items()]


def _comparison(variable: str, expected: Array) -> list[str]:
    return [
        f"got = {variable}.detach() if hasattr({variable}, 'detach') else {variable}",
        f"should_be = {_literal(expected)}",
        f'print("{variable} is", np.asarray(got))',
        'print("should be", should_be)',
        'print("off by at most", np.abs(np.asarray(got) - should_be).max())',
    ]


def _literal(array: Array) -> str:
    if not array.size:
        return f"np.zeros({array.shape})"
    return f"np.array({np.asarray(array, np.float64).tolist()})"

"""One matmul on [x, h] equals two matmuls, in the first layer."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import prefixes, recurrent_size
from rnncheck.protocol.spec import Spec
from rnncheck.suites.calls import one_step
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where h as a part of the input gives other numbers than h as the state."""
    spec, params, state, first = case.spec, case.params, case.state or {}, prefixes(case.spec)[0]
    wide = spec.with_(input_size=spec.input_size + recurrent_size(spec))
    ih, hh, h = f"{first}weight_ih", f"{first}weight_hh", f"{first}h"
    kernel = np.concatenate([params[ih], params[hh]], axis=2)  # (G, H, D + R)
    joined = subject.rebind(wide, {**params, ih: kernel, hh: np.zeros_like(params[hh])})
    x = np.concatenate([floats(case.x[0]), floats(state[h])], axis=1)  # (B, D + R)
    two = one_step(subject, case.x[0], state)
    one = one_step(joined, x, {**state, h: np.zeros_like(state[h])})
    tensors = [
        truth.values(
            name, one[name], floats(two[name]), spread=truth.spread(name, "step", factor=TWO_RUNS)
        )
        for name in two
    ]
    truth.compare("one matmul on [x, h] differs from two matmuls", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    one = len(spec.directions) == 1 and spec.cell in ("elman", "lstm")
    return general(spec, seed=146) if one else ()


CHECK = Check(
    name="time_kernel",
    family="time",
    reason="W x + U h is [W U] times [x; h], so the two ways of writing it must agree.",
    hint="Look at how x and h are joined, and at which rows of the kernel belong to which.",
    needs=frozenset({"final_state", "initial_state"}),
    catches="kernel_halves_swapped",
    run=run,
    cases=_cases,
)

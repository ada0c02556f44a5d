"""Gradients are linear in the upstream gradient, at large scale too."""

from __future__ import annotations

from dataclasses import replace

from rnncheck.suites.case import LARGE, Case
from rnncheck.suites.cases import general, large
from rnncheck.suites.check import Check
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import TWO_RUNS, Truth, floats

SCALE = 2.0**14
SCALE_16 = 2.0**5  # in float16 numbers end at 65504


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where a larger upstream gradient does not give gradients larger in proportion."""
    scale = SCALE_16 if truth.dtype == "float16" else SCALE
    if case.record.upstream == "large":
        scale, case = LARGE, enlarged(case, 1 / LARGE)
    more = enlarged(case, scale)
    small = subject.sequence_vjp(
        case.x, case.state, case.d_outputs, case.d_state, case.lengths, case.mask
    )
    large = subject.sequence_vjp(
        case.x, case.state, more.d_outputs, more.d_state, case.lengths, case.mask
    )
    tensors = [
        truth.values(
            name,
            large[name],
            floats(small[name]) * scale,
            spread=truth.spread(name, factor=TWO_RUNS * scale),
        )
        for name in small
    ]
    truth.compare(f"upstream gradients {scale:.0f} times larger are not passed on", tensors)


def enlarged(case: Case, scale: float = SCALE) -> Case:
    """Return the case with upstream gradients larger by a factor."""
    d_state = {part: array * scale for part, array in case.d_state.items()}
    return replace(case, d_outputs=case.d_outputs * scale, d_state=d_state)


CHECK = Check(
    name="gradient_linear",
    family="gradient",
    reason="A gradient that is clipped inside backward looks right while it is small.",
    hint="Look for clip, minimum or maximum in the backward pass.",
    needs=frozenset({"sequence_vjp"}),
    catches="gradient_clipped",
    run=run,
    varies=enlarged,
    cases=lambda spec: (*general(spec), large(spec)),
)

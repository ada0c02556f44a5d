"""What the checks of dropout share: their cases, and what is right under the masks in use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnncheck.protocol.names import Array, Arrays, group, output_part
from rnncheck.protocol.spec import Dropout, Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.cases import general
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.sentences import say
from rnncheck.suites.truth import Truth


def training(spec: Spec, **fields: Any) -> tuple[CaseSpec, ...]:
    """Return general cases in training; none where nothing is dropped."""
    return () if spec.dropout == Dropout() else general(spec, training=True, **fields)


def under_masks(case: Case, truth: Truth, result: Arrays) -> Truth:
    """Return what is right under the masks that were in use.

    Args:
        case: a case in training.
        truth: of the case, under the masks that it gives.
        result: of a call in training; the masks that an implementation says it drew are in it.

    Raises:
        CheckFailure: a mask that came back holds something else than 0 and 1.
    """
    drawn = group(result, "dropout")
    for name, mask in drawn.items():
        odd = mask[(mask != 0) & (mask != 1)]
        if odd.size:
            reason = say("mask_values", name=name, got=f"{float(odd[0]):.9g}")
            raise CheckFailure("a mask of dropout is no mask", reason)
    return Truth(replace(case, dropout=drawn), truth.dtype, truth.tally) if drawn else truth


def first_steps(case: Case, steps: int) -> Arrays | None:
    """Return the masks of the first steps; those that are drawn once are those of any steps."""
    if case.dropout is None or case.spec.dropout.draw != "step":
        return case.dropout
    return {name: mask[:steps] for name, mask in case.dropout.items()}


def carried(case: Case, part: str, t: int) -> Array | float:
    """Return by what dropout multiplies a part of the state (B, R) after a step."""
    prefix, dot, last = part.rpartition(".")
    mask, draw = (case.dropout or {}).get(f"{prefix}{dot}state"), case.spec.dropout.draw
    if mask is None or last != output_part(case.spec) or draw == "gate":
        return 1.0
    return np.asarray(mask[t] if draw == "step" else mask) / case.spec.dropout.state_keep

"""LSTM cells whose bound on c, or whose projection of h, is in the wrong place."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base import Mistake
from rnncheck.mistakes.cells import celled
from rnncheck.protocol.spec import Spec
from rnncheck.reference import lstm
from rnncheck.reference.arrays import Given, Named, Numbers
from rnncheck.reference.nonlinearities import activate


def _shown(spec: Spec, params: Given, trace: Named, c: Numbers, seen: Numbers) -> Named:
    """Return the state with c, its h computed from the c that is seen."""
    h = trace["o"] * activate(spec.activation, seen)
    return {"h": h @ params["weight_hr"].T if spec.projection else h, "c": c}


def clip_after_output(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """C is bounded for the next step, h is computed from the c before."""
    new, trace = lstm.forward(spec, params, x, state)
    new = _shown(spec, params, trace, new["c"], trace["c_raw"])
    return new, trace | new


def clip_from_above(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """C is bounded from above only."""
    _, trace = lstm.forward(spec, params, x, state)
    assert spec.cell_clip is not None
    c = np.minimum(trace["c_raw"], spec.cell_clip)
    new = _shown(spec, params, trace, c, c)
    return new, trace | new


def clip_of_the_sum(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """The old c is bounded, and what is added to it is not."""
    bound = spec.cell_clip
    assert bound is not None
    bare = spec.with_(cell_clip=None)
    new, trace = lstm.forward(bare, params, x, {**state, "c": np.clip(state["c"], -bound, bound)})
    return new, trace


def projection_left_out(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """H is cut to P units in place of projected."""
    new, trace = lstm.forward(spec, params, x, state)
    m = trace["o"] * activate(spec.activation, new["c"])  # (B, H)
    new = {**new, "h": m[..., : spec.projection]}
    return new, trace | new


def projection_of_cell(spec: Spec, params: Given, x: Numbers, state: Given) -> tuple[Named, Named]:
    """C is projected without the output gate."""
    new, trace = lstm.forward(spec, params, x, state)
    new = {**new, "h": activate(spec.activation, new["c"]) @ params["weight_hr"].T}
    return new, trace | new


def _clipped(spec: Spec) -> bool:
    return spec.cell_clip is not None


def _projected(spec: Spec) -> bool:
    return spec.projection > 0


_CLIP = "Look at which c is bounded, and which uses of it come before."
_PROJECTION = "Write h with its shape before and after the projection."

MISTAKES = (
    Mistake(
        "cell_clip_after_output",
        "h is computed from c before it is clipped",
        _CLIP,
        celled(clip_after_output),
        _clipped,
    ),
    Mistake(
        "cell_clip_from_above",
        "c is clipped from above only",
        _CLIP,
        celled(clip_from_above),
        _clipped,
    ),
    Mistake(
        "cell_clip_before_sum",
        "the old c is clipped, the new one is not",
        _CLIP,
        celled(clip_of_the_sum),
        _clipped,
    ),
    Mistake(
        "projection_left_out",
        "h is cut to the projection's size in place of projected",
        _PROJECTION,
        celled(projection_left_out),
        _projected,
    ),
    Mistake(
        "projection_without_output_gate",
        "c is projected without the output gate",
        _PROJECTION,
        celled(projection_of_cell),
        _projected,
    ),
)

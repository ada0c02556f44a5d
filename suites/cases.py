"""The records that most checks replay: a simple one first, then sizes that are all different."""

from __future__ import annotations

from typing import Any

from rnncheck.protocol.names import prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.sizes import other, sized, usual

LONG = 48


def simple(spec: Spec, **fields: Any) -> CaseSpec:
    """Return the smallest case that can show most faults: T=2, B=1, D=2, H=3."""
    given: dict[str, Any] = {"spec": sized(spec, 2, 3), "steps": 2, "batch": 1, "seed": 101}
    return CaseSpec(**given | fields)


def general(spec: Spec, **fields: Any) -> tuple[CaseSpec, ...]:
    """Return a simple case and two with T, B, D and H all different."""
    second: dict[str, Any] = {"spec": usual(spec), "steps": 4, "batch": 2, "seed": 102}
    third: dict[str, Any] = {"spec": other(spec), "steps": 7, "batch": 3, "seed": 103}
    return simple(spec, **fields), CaseSpec(**second | fields), CaseSpec(**third | fields)


def narrow(spec: Spec, **fields: Any) -> tuple[CaseSpec, ...]:
    """Return cases with one input and with one hidden unit."""
    first: dict[str, Any] = {"spec": sized(spec, 1, 4), "steps": 3, "batch": 2, "seed": 107}
    second: dict[str, Any] = {"spec": sized(spec, 3, 1), "steps": 3, "batch": 2, "seed": 113}
    return CaseSpec(**first | fields), CaseSpec(**second | fields)


def padded(spec: Spec, **fields: Any) -> tuple[CaseSpec, ...]:
    """Return cases with lengths and with masks, among them lengths 0, 1 and T, some poisoned."""
    usual_fields: dict[str, Any] = {"spec": usual(spec), "steps": 6, "batch": 4, "seed": 104}
    usual_fields |= fields
    small: dict[str, Any] = {"steps": 3, "batch": 2, "lengths": (1, 3), "seed": 102}
    rows: dict[str, Any] = {"lengths": (2, 6, 1, 4)}
    zero: dict[str, Any] = {"lengths": (3, 0, 6, 1), "poisoned": True}
    masked: dict[str, Any] = {"masked": True}
    gaps: dict[str, Any] = {"masked": True, "poisoned": True}
    records = [
        simple(spec, **small | fields),
        CaseSpec(**usual_fields | rows),
        CaseSpec(**usual_fields | zero),
        CaseSpec(**usual_fields | rows | masked),
        CaseSpec(**usual_fields | zero | masked),
    ]
    if spec.padding.mask == "any":
        records.append(CaseSpec(**usual_fields | gaps))
    return tuple(records)


def without_state(spec: Spec) -> tuple[CaseSpec, ...]:
    """Return a simple case, one of many rows and one of other sizes, in which no state is given."""
    fields: dict[str, Any] = {"state": "none", "seed": 132}
    first, _, third = general(spec, **fields)
    return first, CaseSpec(usual(spec), steps=7, batch=4, **fields), third


def edge(spec: Spec) -> CaseSpec:
    """Return the case with one of everything, and a state of zeros."""
    return CaseSpec(sized(spec, 1, 1), steps=1, batch=1, seed=278, state="zero")


def large(spec: Spec) -> CaseSpec:
    """Return a case with large upstream gradients."""
    return CaseSpec(usual(spec), steps=7, batch=4, seed=163, upstream="large")


def long(spec: Spec) -> tuple[CaseSpec, ...]:
    """Return long cases with a gradient on the final state only, under weights that remember."""
    if spec.cell != "elman" and spec.biases == "none":
        return ()
    remembers = ("tanh", "identity", "relu") if spec.cell == "elman" else ("tanh", "identity")
    if spec.activation not in remembers:
        return ()
    fields: dict[str, Any] = {"remember": True, "upstream": "final"}
    seed = 115 if spec.activation == "relu" else 114  # far from the kink
    rows = 1 if len(prefixes(spec)) == 1 and not spec.output_size else 2  # sums that may cancel
    return (
        CaseSpec(spec=usual(spec), steps=LONG, batch=rows, seed=248, **fields),
        CaseSpec(spec=usual(spec), steps=LONG - 7, batch=2, seed=seed, **fields),
    )

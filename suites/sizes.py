"""Sizes for cases: all different and above 1, and the edges with one row, step or unit."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec


def sized(spec: Spec, inputs: int, hidden: int) -> Spec:
    """Return the spec with D, and with H for the first layer.

    Args:
        spec: options; its sizes say only how many layers there are and which are of equal size
            (those stay equal, each other size becomes one larger than the one before), and
            whether there is a dense layer (O becomes H + D, so it differs from both) and a
            projection (P becomes H - 1; one unit then means P = 1 of H = 2).
        inputs: D.
        hidden: H.
    """
    different = list(dict.fromkeys(spec.hidden_sizes))
    first = max(hidden, 2) if spec.projection else hidden
    return spec.with_(
        input_size=inputs,
        hidden_sizes=tuple(first + different.index(size) for size in spec.hidden_sizes),
        output_size=first + inputs if spec.output_size else 0,
        projection=first - 1 if spec.projection else 0,
    )


def can_have(spec: Spec, sizes: tuple[int, ...]) -> bool:
    """Say whether a spec with stand-in sizes can have other sizes: equal ones stay equal."""
    pairs = set(zip(spec.hidden_sizes, sizes, strict=False))
    return len(spec.hidden_sizes) == len(sizes) and len(pairs) == len(set(spec.hidden_sizes))


def usual(spec: Spec) -> Spec:
    """Return the spec with D=3 and H=5."""
    return sized(spec, 3, 5)


def other(spec: Spec) -> Spec:
    """Return the spec with D=6 and H=4, wider than it is deep."""
    return sized(spec, 6, 4)

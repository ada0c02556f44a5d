"""Sizes for cases: all different and above 1, and the edges with one row, step or unit."""

from __future__ import annotations

from rnncheck.protocol.spec import Spec


def sized(spec: Spec, inputs: int, hidden: int) -> Spec:
    """Return the spec with D, with H for the first layer (one more for each further layer).

    Args:
        spec: options; its sizes say only how many layers there are, and whether there is a dense
            layer (O becomes H + D, so it differs from both) and a projection (P becomes H - 1).
        inputs: D.
        hidden: H.
    """
    layers = len(spec.hidden_sizes)
    return spec.with_(
        input_size=inputs,
        hidden_sizes=tuple(hidden + layer for layer in range(layers)),
        output_size=hidden + inputs if spec.output_size else 0,
        projection=max(hidden - 1, 1) if spec.projection else 0,
    )


def usual(spec: Spec) -> Spec:
    """Return the spec with D=3 and H=5."""
    return sized(spec, 3, 5)


def other(spec: Spec) -> Spec:
    """Return the spec with D=6 and H=4, wider than it is deep."""
    return sized(spec, 6, 4)

"""Checks of what the reference is handed: names, shapes, and a sentence where one is wrong."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.protocol.names import Array, Shape
from rnncheck.protocol.spec import Spec


def check_named(what: str, arrays: Mapping[str, Array], shapes: Mapping[str, Shape]) -> None:
    """Hold a mapping of arrays to the names and shapes that the spec gives.

    Raises:
        ValueError: a name is missing or unknown, or a shape differs.
    """
    check_names(what, arrays, shapes)
    for name, shape in shapes.items():
        check_shape(f"{what} {name!r}", arrays[name], shape)


def check_names(what: str, arrays: Mapping[str, Array], shapes: Mapping[str, Shape]) -> None:
    """Hold a mapping of arrays to the names that the spec gives.

    Raises:
        ValueError: a name is missing or unknown.
    """
    missing, unknown = sorted(shapes.keys() - arrays.keys()), sorted(arrays.keys() - shapes.keys())
    if missing or unknown:
        raise ValueError(
            f"{what} lacks {missing} and has the unknown {unknown}; needed: {sorted(shapes)}"
        )


def check_shape(what: str, array: Array, shape: Shape) -> None:
    """Hold an array to a shape.

    Raises:
        ValueError: it differs.
    """
    if np.shape(array) != shape:
        raise ValueError(f"{what} has shape {np.shape(array)}; it must be {shape}")


def check_input(spec: Spec, x: Array, axes: str) -> tuple[int, ...]:
    """Hold an input to (T, B, D) or (B, D) and return its shape without D.

    Raises:
        ValueError: it has other axes, or D is not spec.input_size.
    """
    shape = np.shape(x)
    if len(shape) != len(axes) or shape[-1] != spec.input_size:
        raise ValueError(
            f"x has shape {shape}; it must be ({', '.join(axes)}) with D = {spec.input_size}"
        )
    return shape[:-1]

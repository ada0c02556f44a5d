"""Checks what came back from a call, on the judge's side, before any value is looked at."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, Shape
from rnncheck.protocol.spec import Spec

WHOLE = "whole numbers are asked for, int64 or int32"
FLOATS = "floating point numbers are asked for, float64 or float32"


def room(shapes: Mapping[str, Shape]) -> int:
    """Return the bytes that a reply of these shapes may take: four times float64, and 1 MiB."""
    return 4 * 8 * sum(math.prod(shape) for shape in shapes.values()) + (1 << 20)


def usable(
    spec: Spec, call: str, shapes: Mapping[str, Shape], results: Mapping[str, Array]
) -> tuple[Arrays, dict[str, Any]]:
    """Return the results in the shapes asked for, and the facts "dtypes" and "shapes".

    An array with the right number of elements in another shape is reshaped; "shapes" maps its
    name to [shape that came, shape asked for].

    Raises:
        Fault: shape, a result is missing or cannot be reshaped; error, it is not floating point.
    """
    return usable_arrays(call, shapes, results, frozenset(), lambda name: axes(spec, call, name))


def usable_arrays(
    call: str,
    shapes: Mapping[str, Shape],
    results: Mapping[str, Array],
    whole: frozenset[str],
    axes_of: Callable[[str], tuple[str, ...]],
) -> tuple[Arrays, dict[str, Any]]:
    """Return the results as `usable` does.

    Args:
        call: its name, for a message.
        shapes: what is asked for.
        results: what came back.
        whole: the names whose values are to be whole numbers; all others are floats.
        axes_of: gives the letters of a result's axes, () where there are none to name.

    Raises:
        Fault: shape or error, as `usable`.
    """
    arrays: Arrays = {}
    turned: dict[str, list[list[int]]] = {}
    for name, shape in shapes.items():
        if name not in results:
            raise Fault("shape", f"{name} did not come back from {call}; {_ask(shapes)}")
        array = results[name]
        if array.dtype.kind not in ("iu" if name in whole else "f"):
            asked = WHOLE if name in whole else FLOATS
            raise Fault("error", f"{name} came back as {array.dtype}; {asked}")
        if array.shape != shape:
            if array.size != math.prod(shape):
                raise Fault("shape", _differs(axes_of(name), name, array.shape, shape))
            turned[name] = [list(array.shape), list(shape)]
        arrays[name] = array.reshape(shape)
    dtypes = {name: _name(array.dtype) for name, array in arrays.items()}
    return arrays, {"dtypes": dtypes, "shapes": turned}


@functools.cache
def _name(dtype: Any) -> str:
    return str(dtype.name)


def axes(spec: Spec, call: str, name: str) -> tuple[str, ...]:
    """Return the letters of the axes of a result, () where they depend on the native form."""
    width = "O" if spec.output_size else "P" if spec.projection else "H"
    if name == "d.x":
        width = "D"
    elif name.rpartition(".")[2] == "c":
        width = "H"
    elif name == "outputs" and len(spec.directions) > 1 and not spec.output_size:
        return ()
    if name not in ("outputs", "d.x"):
        return ("B", width) if "state." in name else ()
    if call.startswith("step"):
        return ("B", width)
    return ("T", "B", width) if spec.time_major else ("B", "T", width)


def _ask(shapes: Mapping[str, Shape]) -> str:
    return f"{', '.join(shapes)} are asked for"


def _differs(letters: tuple[str, ...], name: str, got: Shape, asked: Shape) -> str:
    words = f" = ({', '.join(letters)})" if len(letters) == len(asked) else ""
    return f"{name} has shape {got}; {asked}{words} is asked for"

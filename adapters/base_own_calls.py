"""How cells and layers with parameters of their own are called, and what they give back.

A state is taken as h, [h], (h, c), [h, c] or h and c apart, after x or before it, whichever a class
takes; what comes back is outputs, one tensor or one for each step, and the new state in any nesting;
or the state alone.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any

from rnncheck.adapters.base_answers import wrong_answer

_HIDDEN = re.compile(r"hid|units|state|^h(_|$)")


def ways(
    x: Any, state: list[Any], container: type[list[Any]] | type[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Return the positional arguments with which a class may be called, the likeliest first."""
    if not state:
        return [(x,)]
    joined: tuple[Any, ...] = (container(state),)
    apart = tuple(state)
    both = [joined, apart] if len(state) > 1 or container is list else [apart, joined]
    return [(x, *way) for way in both] + [(*way, x) for way in both]


def hidden_first(kind: Callable[..., Any]) -> bool:
    """Say whether a class asks for the hidden size before that of the input, by their names."""
    try:
        names = [*inspect.signature(kind).parameters][:2]
    except (TypeError, ValueError):
        return False
    hidden = [bool(_HIDDEN.search(name.lower())) for name in names]
    return hidden == [True, False]


class Calls:
    """Calls a class in the way that it takes: the first one in which a call with a state went well.

    It must be called first at sizes that tell x and h apart.
    """

    def __init__(self) -> None:
        """Know no way yet."""
        self._way: int | None = None

    def first_of(self, ways: Sequence[Any], call: Callable[..., Any]) -> Any:
        """Return what the known way gives, else the first that raises nothing.

        Raises:
            Exception: what the known way raised, else the likeliest.
        """
        if len(ways) == 1 or self._way is not None:
            return call(*ways[(self._way or 0) % len(ways)])
        number, answer = _first_of(ways, call)
        self._way = number
        return answer


def _first_of(ways: Sequence[Any], call: Callable[..., Any]) -> tuple[int, Any]:
    first: Exception | None = None
    for number, way in enumerate(ways):
        try:
            return number, call(*way)
        except NotImplementedError:
            raise
        except Exception as error:
            first = first or error
    assert first is not None
    raise first


def named(
    answer: Any,
    kinds: list[str],
    *,
    step: bool,
    is_tensor: Callable[[Any], bool],
    stack: Callable[[list[Any]], Any],
    last: Callable[[Any], Any],
) -> dict[str, Any]:
    """Take an answer apart.

    Args:
        answer: of a call.
        kinds: parts of the state, in the order in which they come back.
        step: whether one step was asked for.
        is_tensor: tells tensors from other things.
        stack: joins the outputs of steps over time.
        last: picks the last step of outputs.

    Returns:
        "outputs" and "state.<part>".

    Raises:
        Fault: it is something else.
    """
    asked = f"outputs and the new state ({', '.join(kinds)})"
    told = list(answer) if isinstance(answer, tuple | list) else []
    if told and isinstance(told[0], list | tuple) and not step:
        answer = (stack(list(told[0])), *told[1:])
    flat = _flat(answer)
    if not flat or not all(is_tensor(t) for t in flat):
        raise wrong_answer(answer, asked)
    if len(flat) == len(kinds) and step:
        flat = [flat[kinds.index("h")], *flat]  # h is the output
    if len(flat) == 1 and not step and len(kinds) == 1:
        flat = [flat[0], last(flat[0])]
    if len(flat) != len(kinds) + 1:
        raise wrong_answer(answer, asked)
    states = {f"state.{kind}": tensor for kind, tensor in zip(kinds, flat[1:], strict=True)}
    return {"outputs": flat[0]} | states


def _flat(answer: Any) -> list[Any]:
    if isinstance(answer, tuple | list):
        return [tensor for part in answer for tensor in _flat(part)]
    return [answer]

"""Right steps in the place of a student's own, while the loop around them is judged.

The worker holds no reference: the judge hands over, as data, what right steps give at the places
that a right loop asks for. A loop that asks elsewhere is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import numpy as np

from rnncheck.adapters.base_answers import spelled
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, group

NEAR = 1e-4  # loops may compute in float32


class Steps:
    """The answers of right steps over time, by their native names.

    Attributes:
        given: "x", "state.<part>" before a step and "new.<part>" after it, and "outputs"; for the way back
            "d_new.<part>" and "d.<name>"; each with a leading axis T.
        ordered: whether a forward step is known by its turn alone, not by what it is asked.
        calls: how many forward steps were asked for.
        length: T.
    """

    def __init__(self, given: Arrays) -> None:
        """Hold the answers; where those of the way back are there, forward steps are ordered."""
        self.given, self.calls = given, 0
        self.length = len(next(iter(given.values())))
        self.ordered = bool(group(given, "d_new"))

    def forward(self, who: str, **asked: Any) -> tuple[int, Arrays]:
        """Return the step t that is asked for and its new state by part."""
        t = self.calls if self.ordered else self._find(who, asked)
        self.calls += 1
        if t >= self.length:
            raise Fault("error", f"{who} is called {t + 1} times for {t} steps")
        return t, {part: a[t].copy() for part, a in group(self.given, "new").items()}

    def backward(self, who: str, **asked: Any) -> Arrays:
        """Return the gradients of the step with these upstream gradients, by native name."""
        t = self._find(who, {f"d_new.{part}": a for part, a in asked.items()})
        return {name: a[t].copy() for name, a in group(self.given, "d").items()}

    def _find(self, who: str, asked: dict[str, Any]) -> int:
        right = {name.replace("state_", "state."): value for name, value in asked.items()}
        for t in range(self.length):
            if all(_near(value, self.given[name][t]) for name, value in right.items()):
                return t
        names = " and ".join(name.rpartition(".")[2] for name in right)
        raise Fault("error", f"the loop hands {who} a {names} that no step of a right loop has")


def by_name(names: tuple[str, ...], function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that takes its arguments by these names, too."""

    def called(*args: Any, **words: Any) -> Any:
        rest = names[len(args) :]
        if set(words) != set(rest):
            raise TypeError(f"a step takes {', '.join(names)}")
        return function(*args, *(words[name] for name in rest))

    return called


class OwnCache:
    """What a student's own step remembers: loops look into it for sizes and weights."""

    def __init__(self, step: Any) -> None:
        """Take the student's step, or None."""
        self._step, self._busy = step, False

    def __call__(self, args: tuple[Any, ...], other: Any) -> Any:
        """Return the last of what the step gives back for copies; `other` where it gives nothing.

        Raises:
            Fault: the step itself called what stands in its place.
        """
        if self._busy:
            raise Fault("error", "a step calls itself")
        if not callable(self._step):
            return other
        self._busy = True
        try:
            answer = self._step(*deepcopy(args))
        except Exception:
            return other
        finally:
            self._busy = False
        given = list(answer) if isinstance(answer, tuple | list) else []
        return given[-1] if len(given) > 1 and given[-1] is not None else other


def _near(value: Any, right: Array) -> bool:
    try:
        array = np.asarray(value, np.float64)
        array = array.reshape(right.shape) if array.size == right.size else array + 0 * right
    except (TypeError, ValueError):
        return False
    return bool(np.allclose(array, right, rtol=NEAR, atol=NEAR * np.abs(right).max(initial=0.0)))


@contextmanager
def replaced(namespace: MutableMapping[str, Any], others: dict[str, Any]) -> Iterator[None]:
    """Let names of a namespace mean something else for a while, as the file spells them, too."""
    spellings = {spelled(namespace, name): other for name, other in others.items()}
    all_of_them = {name: other for name, other in spellings.items() if name} | others
    before = {name: namespace[name] for name in all_of_them if name in namespace}
    namespace.update(all_of_them)
    try:
        yield
    finally:
        for name in all_of_them:
            namespace.pop(name, None)
        namespace.update(before)

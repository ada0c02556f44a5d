"""Two mistakes at a time: one made on top of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rnncheck.mistakes.base import Mistake, Variation


def pairs(known: Iterable[Mistake]) -> Iterator[Mistake]:
    """Yield every pair of different mistakes that can be made at the same time.

    What the outer one hands on, parameters, arguments or results, the inner one gets wrong; where
    both orders can be made they may differ, and both are yielded.
    """
    every = list(known)
    outer = [mistake for mistake in every if _wraps(mistake)]
    for upper in outer:
        for lower in every:
            if upper.id != lower.id:
                yield combined(upper, lower)


def combined(outer: Mistake, inner: Mistake) -> Mistake:
    """Return a mistake made on top of another; `outer` is one that pairs() takes as such."""
    varied: Any = outer.bind
    bind: Any = type("Combined", (varied,), {"reference": staticmethod(inner.bind)})
    return Mistake(
        id=f"{outer.id} + {inner.id}",
        what=f"{outer.what}, and {inner.what}",
        hint=f"{outer.hint} {inner.hint}",
        bind=bind,
    )


def _wraps(mistake: Mistake) -> bool:
    """Say whether a mistake varies an implementation that it is handed, not a cell of its own."""
    bind = mistake.bind
    return isinstance(bind, type) and issubclass(bind, Variation) and bind.wraps

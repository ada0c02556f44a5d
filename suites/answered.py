"""What an implementation said before, so that judging the same calls again makes none.

A log holds the answers to the calls of one run of a check, in their order: the second of two equal
calls has the second answer, so a check that asks twice still sees whether both agree.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.suites.check import Check

Said = tuple[Arrays, dict[str, Any]]  # results and facts


class Log:
    """Answers by call, each call's in the order in which they came."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._said: dict[bytes, list[Said]] = {}

    def get(self, call: bytes, number: int) -> Said | None:
        """Return the answer to a call that is made for the number-th time, None if there is none."""
        said = self._said.get(call, [])
        return said[number] if number < len(said) else None

    def add(self, call: bytes, said: Said) -> None:
        """Take the next answer to a call."""
        self._said.setdefault(call, []).append(said)


class Logs:
    """The logs of one implementation: of each check on each case, and of all first answers."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._of: dict[tuple[str, Any], Log] = {}
        self.first = Log()

    def of(self, check: str, record: Any) -> Log:
        """Return the log of a check on a case."""
        return self._of.setdefault((check, record), Log())

    def answered(self, bind: Bind, check: Check, record: Any) -> Bind:
        """Return the implementation as it answered this check on this case, as far as it did."""
        log = self.first if check.shares else self.of(check.name, record)
        return Answered(bind, log, self.first)

    def known(self, bind: Bind) -> Bind:
        """Return the implementation with its first answer to each call, as far as there is one."""
        return Answered(bind, self.first, self.first)


class Answered:
    """A protocol.implementation.Bind: calls have the answers of a log, and extend it."""

    def __init__(self, bind: Bind, log: Log, first: Log) -> None:
        """Start at the log's first answers; `first` takes each answer that is the first of its call."""
        self.inner, self.log, self.first = bind, log, first
        self.asked: Counter[bytes] = Counter()

    def __call__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind."""
        bound = self.inner(spec, params, dtype, device)
        start = digest(params) + f"{dtype} {device} ".encode() + _text(spec)
        made: Any = _Bound(self, bound, start)
        answered: Implementation = made
        return answered


class _Bound:
    def __init__(self, whole: Answered, inner: Implementation, start: bytes) -> None:
        self.spec, self.claims = inner.spec, inner.claims
        self.facts: dict[str, Any] = {}
        self._whole, self._inner, self._start = whole, inner, start

    @property
    def seconds(self) -> float:
        return float(getattr(self._inner, "seconds", math.inf))

    @seconds.setter
    def seconds(self, most: float) -> None:
        inner: Any = self._inner
        if hasattr(inner, "seconds"):
            inner.seconds = most

    def step(self, *given: Any) -> Arrays:
        return self._call("step", given)

    def sequence(self, *given: Any) -> Arrays:
        return self._call("sequence", given)

    def step_vjp(self, *given: Any) -> Arrays:
        return self._call("step_vjp", given)

    def sequence_vjp(self, *given: Any) -> Arrays:
        return self._call("sequence_vjp", given)

    def _call(self, name: str, given: tuple[Any, ...]) -> Arrays:
        whole, call = self._whole, self._start + name.encode() + digest(*given)
        said = whole.log.get(call, whole.asked[call])
        if said is None:
            result = getattr(self._inner, name)(*given)
            said = result, self._inner.facts
            whole.log.add(call, said)
            if whole.first.get(call, 0) is None:
                whole.first.add(call, said)
        whole.asked[call] += 1
        self.facts = said[1]
        return dict(said[0])


@functools.lru_cache(512)
def _text(spec: Spec) -> bytes:
    return hashlib.sha256(repr(spec).encode()).digest()


def digest(*given: Mapping[str, Array] | Array | None) -> bytes:
    """Return a digest of arguments: equal for equal ones."""
    found = hashlib.blake2b(digest_size=16)
    for one in given:
        named = one if isinstance(one, Mapping) else {"": one}
        found.update(b"none" if one is None else b"%d" % len(named))
        for name, value in named.items():
            if value is not None:
                array = np.asarray(value)
                found.update(f"{name} {array.dtype.str} {array.shape}".encode())
                found.update(array.tobytes())
    return found.digest()

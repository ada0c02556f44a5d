"""What an implementation said before, so that judging the same calls again makes none.

A check that looks at single calls has the first answer to each, whoever asked; the second of two
equal calls has the second. A check that compares calls with each other has an answer only where the
calls before it were the same: what came before is part of what tells a call from others. Where its
first calls are known and the next is not, that one is made on what answered them, or else they are made
once more, so that what an implementation keeps between calls shows.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.suites.check import Check


@dataclass
class Answer:
    """What a call was answered.

    Attributes:
        results: by name.
        facts: told beside them.
        by: what answered, as long as it has made this call, those before it, and no other.
    """

    results: Arrays
    facts: dict[str, Any]
    by: Implementation | None = None


class Log:
    """Answers by call, each call's in the order in which they came."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._said: dict[bytes, list[Answer]] = {}

    def get(self, call: bytes, number: int = 0) -> Answer | None:
        """Return the answer to a call that is made for the number-th time, None if there is none."""
        said = self._said.get(call, [])
        return said[number] if number < len(said) else None

    def add(self, call: bytes, answer: Answer) -> None:
        """Take the next answer to a call."""
        self._said.setdefault(call, []).append(answer)


class Logs:
    """The logs of one implementation.

    Attributes:
        first: answers to calls that came first, or of which the order does not matter.
        later: answers to calls after others, by all of them.
    """

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.first, self.later = Log(), Log()

    def answered(self, bind: Bind, check: Check) -> Bind:
        """Return the implementation as it answered what this check asks, as far as it did."""
        return Answered(bind, self, self.first if check.shares else None)

    def known(self, bind: Bind) -> Bind:
        """Return the implementation as it answers what it is asked alone, as far as it did."""
        return Answered(bind, self, None)


class Answered:
    """A protocol.implementation.Bind: calls have the answers of logs, and extend them."""

    def __init__(self, bind: Bind, logs: Logs, alone: Log | None) -> None:
        """Take answers from `alone`, whatever came before; None: where the same came before."""
        self.inner, self.logs, self.alone = bind, logs, alone
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
        self._path, self._skipped = b"", list[tuple[str, tuple[Any, ...]]]()
        self._last: Answer | None = None
        self._held: Answer | None = None  # the last that is by `_inner`

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
        call = self._start + name.encode() + digest(*given)
        log = self._whole.alone
        if log is None:
            self._last = self._after(call, name, given)
        else:
            self._last = self._alone(log, call, name, given)
        self.facts = self._last.facts
        return dict(self._last.results)

    def _alone(self, log: Log, call: bytes, name: str, given: tuple[Any, ...]) -> Answer:
        """Answer a call whatever came before."""
        answer = log.get(call, self._whole.asked[call])
        if answer is None:
            answer = self._made(name, given)
            log.add(call, answer)
            if not self._path:
                self._hold(answer)
            self._path = call
        self._whole.asked[call] += 1
        return answer

    def _after(self, call: bytes, name: str, given: tuple[Any, ...]) -> Answer:
        """Answer a call as it is answered after those before it."""
        logs = self._whole.logs
        log = logs.later if self._path else logs.first
        self._path = hashlib.sha256(self._path + call).digest() if self._path else call
        answer = log.get(self._path)
        if answer is not None:
            self._skipped.append((name, given))
            return answer
        self._catch_up()
        answer = self._made(name, given)
        log.add(self._path, answer)
        self._hold(answer)
        return answer

    def _catch_up(self) -> None:
        """Go on with what has made the calls before, or make them."""
        if self._last is not None and self._last.by is not None:
            most, self._inner = self.seconds, self._last.by
            self.seconds, self._held = most, self._last
        else:
            for earlier, arguments in self._skipped:
                getattr(self._inner, earlier)(*arguments)
        self._skipped.clear()

    def _hold(self, answer: Answer) -> None:
        answer.by, self._held = self._inner, answer

    def _made(self, name: str, given: tuple[Any, ...]) -> Answer:
        if self._held is not None:
            self._held.by = None
            self._held = None
        return Answer(getattr(self._inner, name)(*given), self._inner.facts)


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

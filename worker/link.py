"""Requests to one worker's process, each with a deadline.

A process that misses a deadline, ends, or breaks the protocol is stopped for good.
"""

from __future__ import annotations

import itertools
import secrets
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, NoReturn

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.frame import (
    Bounds,
    ClosedError,
    DeadlineError,
    FrameError,
    encode,
    receive,
    send,
)
from rnncheck.protocol.names import Array, Arrays
from rnncheck.worker.launch import Process
from rnncheck.worker.limits import Limits
from rnncheck.worker.untrusted import fault

NO_ARRAYS = Bounds(arrays=0, body=0)
MOST_BOUND = 32


class Link:
    """One worker's process and the channel to it.

    Attributes:
        limits: see Limits.
        trusted: whether no stranger's code has run in the process yet.
    """

    def __init__(self, process: Process, limits: Limits) -> None:
        """Own a started process."""
        self._process = process
        self._left = limits.total_s
        self._bound: deque[int] = deque()
        self._handles = itertools.count()
        self._ended: tuple[str, str] | None = None
        self.limits = limits
        self.trusted = True

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def request(
        self,
        meta: Mapping[str, Any],
        arrays: Mapping[str, Array],
        seconds: float,
        bounds: Bounds = NO_ARRAYS,
    ) -> tuple[dict[str, Any], Arrays]:
        """Send a request and return the reply's meta and arrays.

        Raises:
            Fault: the worker reported one, or was stopped at the deadline, or ended, or sent
                something else than was asked for. After the last three it is gone, and every
                later request raises the same again.
        """
        if self._ended:
            raise Fault(*self._ended)
        token = secrets.token_hex(8)
        reply, results = self._exchange(encode({**meta, "id": token}, arrays), seconds, bounds)
        if reply.get("id") != token:
            self._end("died", "the process broke the protocol: it answered another question")
        if "fault" in reply:
            raise fault(reply["fault"], absent=self.trusted)
        return reply, results

    def new_handle(self) -> tuple[int, int | None]:
        """Return a handle for something to bind, and the one that the worker shall drop for it."""
        drop = self._bound.popleft() if len(self._bound) == MOST_BOUND else None
        self._bound.append(next(self._handles))
        return self._bound[-1], drop

    def holds(self, handle: int) -> bool:
        """Return whether the worker still holds what has this handle."""
        return handle in self._bound

    def close(self) -> None:
        """Kill the process and whatever it started."""
        self._stop("died", "the session is closed")

    def _exchange(
        self, data: bytes, seconds: float, bounds: Bounds
    ) -> tuple[dict[str, Any], Arrays]:
        began = time.monotonic()
        deadline = began + min(seconds, self._left)
        channel = self._process.channel
        try:
            send(channel, data, deadline)
            return receive(channel, bounds, deadline)
        except DeadlineError:
            whole = seconds >= self._left
            what = f"{self.limits.total_s:g} s in all" if whole else f"{seconds:g} s"
            self._end("timeout", f"no answer within {what}; the process was stopped")
        except ClosedError:
            self._end("died", f"the process ended: {self._process.ending()}")
        except FrameError as error:
            self._end("died", f"the process broke the protocol: {error}")
        finally:
            self._left -= time.monotonic() - began

    def _end(self, kind: str, message: str) -> NoReturn:
        self._stop(kind, message)
        raise Fault(kind, message)

    def _stop(self, kind: str, message: str) -> None:
        if self._ended is None:
            self._ended = (kind, message)
            self._process.stop()

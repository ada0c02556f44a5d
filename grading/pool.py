"""Judges many submissions in processes of their own; a process that is lost loses no mark."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from rnncheck.grading.collect import Item
from rnncheck.grading.errors import Trouble
from rnncheck.grading.judge_process import Judge
from rnncheck.grading.results import Verdict

TRIES = 3
PAUSE = 0.5  # seconds before another try: memory or a disk may be free again


@dataclass(frozen=True)
class Ended:
    """What became of a piece of work.

    Attributes:
        key: of the work.
        verdict: None where there is none.
        trouble: then why, and "" otherwise.
    """

    key: str
    verdict: Verdict | None
    trouble: str = ""


class Pool:
    """Judges that share work; a context manager, left only when all of them have ended."""

    def __init__(
        self, work: Iterable[tuple[str, Item]], jobs: int, device: str, required: str
    ) -> None:
        """Start nothing yet.

        Args:
            work: keys and submissions.
            jobs: how many processes.
            device: "cpu" or "cuda".
            required: the least tier in which workers may be shut in.
        """
        given = list(work)
        self._todo: queue.SimpleQueue[tuple[str, Item]] = queue.SimpleQueue()
        for each in given:
            self._todo.put(each)
        self._left = len(given)
        self._done: queue.SimpleQueue[Ended | BaseException] = queue.SimpleQueue()
        seats = min(jobs, len(given))
        self._seats = [
            _Seat((device, required, core), self._todo, self._done, seats) for core in kept(seats)
        ]

    def __enter__(self) -> Self:
        """Start the processes."""
        for seat in self._seats:
            seat.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes, whatever they are doing."""
        for seat in self._seats:
            seat.stop()

    def ended(self) -> Iterator[Ended]:
        """Yield what became of each piece of work as it ends, in any order."""
        while self._left:
            ended = self._done.get()
            if isinstance(ended, BaseException):
                raise ended
            self._left -= 1
            yield ended


def kept(jobs: int) -> list[int | None]:
    """Return the core to which each judge keeps with its workers, None for any.

    A judge and its worker take turns, and to wake what sleeps on another core takes time. Where
    there are fewer judges than cores, that is time that no other judge wants.
    """
    try:
        cores = sorted(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return [None] * jobs
    return [cores[n % len(cores)] if jobs >= len(cores) else None for n in range(jobs)]


class _Seat(threading.Thread):
    """Gives work to a judge, and takes another judge's process when that one fails.

    A judge has its next submission while it is at one, unless another seat may want it.
    """

    def __init__(
        self,
        settings: tuple[str, str, int | None],
        todo: queue.SimpleQueue[tuple[str, Item]],
        done: queue.SimpleQueue[Ended | BaseException],
        seats: int,
    ) -> None:
        super().__init__(daemon=True)
        self._settings, self._todo, self._done = settings, todo, done
        self._seats = seats
        self._taken: deque[tuple[str, Item]] = deque()
        self._judge: Judge | None = None
        self._given = 0  # how many of those taken the judge has
        self._stopped = threading.Event()

    def run(self) -> None:
        try:
            while not self._stopped.is_set() and self._take():
                self._done.put(self._tried())
                self._taken.popleft()
        except BaseException as error:
            self._done.put(error)
        finally:
            self._close()

    def stop(self) -> None:
        """End the thread; a judge that is at work is stopped."""
        self._stopped.set()
        while self.is_alive():
            self._close()
            self.join(0.1)

    def _take(self) -> bool:
        """Take work, and say whether there is any."""
        with suppress(queue.Empty):
            if not self._taken:
                self._taken.append(self._todo.get_nowait())
            if len(self._taken) == 1 and self._todo.qsize() >= self._seats:
                self._taken.append(self._todo.get_nowait())
        return bool(self._taken)

    def _tried(self) -> Ended:
        """Return what became of the first piece of work that was taken."""
        (key, item), trouble = self._taken[0], ""
        for _ in range(TRIES):
            try:
                judge = self._judge = self._judge or Judge(*self._settings)
                for _, each in list(self._taken)[self._given :]:
                    judge.give(each)
                    self._given += 1
                verdict = judge.verdict(item)
                self._given -= 1
                return Ended(key, verdict)
            except Trouble as error:
                trouble = str(error)
            self._close()
            if self._stopped.wait(PAUSE):
                break
        return Ended(key, None, trouble)

    def _close(self) -> None:
        judge, self._judge, self._given = self._judge, None, 0
        if judge is not None:
            judge.close()

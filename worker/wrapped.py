"""The judge's end of workers that bubblewrap starts, one for each submission."""

from __future__ import annotations

import signal
import sys
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from rnncheck.protocol.frame import encode
from rnncheck.worker import bubblewrap
from rnncheck.worker.alone import OVERFULL
from rnncheck.worker.cold import arguments, environment
from rnncheck.worker.errors import RefusedError, WorkerError
from rnncheck.worker.launch import Launched, ending, launch
from rnncheck.worker.limits import Limits
from rnncheck.worker.shown import view_of
from rnncheck.worker.stage import code_folder, site_folders
from rnncheck.worker.tiers import Layers
from rnncheck.worker.view import SCRATCH


class Wrapped(Launched):
    """A worker that bubblewrap started; see launch.Process."""

    stopped = False

    def stop(self) -> None:
        """Kill bubblewrap, and with it all that is in its namespaces."""
        self.stopped = True
        super().stop()

    def ending(self) -> str:
        """Return, in words, how it ended by itself."""
        code = self.code()
        if code == OVERFULL:
            return "it wrote more than the 16 MiB or the thousand files that it may"
        if code is not None and code > 128:
            with suppress(ValueError):
                return ending(-signal.Signals(code - 128))
        return "it closed the connection" if code is None else ending(code)

    def all_of_it(self) -> set[int]:
        """Return bubblewrap's process and what is below it."""
        found, more = set[int](), [self.pid]
        while more:
            pid = more.pop()
            found.add(pid)
            with suppress(OSError):
                below = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                more += map(int, below.split())
        return found


class Wrapper:
    """Starts workers for a world; has what warm.Warm has.

    Attributes:
        layers: into which its workers are put.
        children, kib: zero; nothing of one worker is left for the next.
    """

    children = 0
    kib = (0, 0)

    def __init__(
        self,
        world: str,
        layers: Layers,
        site: Sequence[Path] | None,
        seconds: float,
        *,
        ahead: bool = False,
    ) -> None:
        """Find out how workers are started; start none yet.

        Args:
            world: a key of stage.WORLDS.
            layers: into which its workers are put.
            site: folders of packages to show in place of those of this interpreter.
            seconds: how long a start may take.
            ahead: start the next worker while one is at work.

        Raises:
            RefusedError: there is no bubblewrap, or it cannot make namespaces here.
        """
        del seconds
        if sys.platform != "linux":
            raise RefusedError("namespaces, Landlock and seccomp are there on Linux only")
        self.layers = layers
        sites = site_folders(world, tuple(site) if site is not None else None)
        self._view = view_of(code_folder(), sites)
        self._command = bubblewrap.command(self._view, arguments("alone", sites))
        self._world, self._ahead = world, ahead
        self._living: weakref.WeakSet[Wrapped] = weakref.WeakSet()
        self._next: tuple[Limits, Future[Wrapped]] | None = None
        self._lock = threading.Lock()
        # They end with the thread that started them: it must live as long as this.
        self._thread = ThreadPoolExecutor(1)

    def fork(self, limits: Limits) -> Wrapped:
        """Return a new worker, which answers once it is shut in.

        Raises:
            WorkerError: it cannot be started.
        """
        try:
            with self._lock:
                asked = self._asked(limits) or self._ask(limits)
                if self._ahead:
                    self._next = limits, self._ask(limits)
                worker = asked.result()
                self._living.add(worker)
        except OSError as error:
            raise WorkerError(f"bubblewrap cannot be started: {error}") from error
        return worker

    @property
    def living(self) -> bool:
        """Whether a worker of it has not been stopped yet."""
        return any(not worker.stopped for worker in self._living)

    def waiting(self) -> set[int]:
        """Return the processes that were started ahead; no submission has seen them."""
        with self._lock:
            return self._next[1].result().all_of_it() if self._next is not None else set()

    def close(self) -> None:
        """Stop all its workers."""
        with self._lock:
            self._drop()
        self._thread.shutdown()

    def _asked(self, limits: Limits) -> Future[Wrapped] | None:
        """Return the worker that was started ahead, if it is one under these limits."""
        if self._next is not None and self._next[0] == limits:
            asked, self._next = self._next[1], None
            return asked
        self._drop()
        return None

    def _drop(self) -> None:
        asked, self._next = self._next, None
        if asked is not None:
            with suppress(OSError):
                asked[1].result().stop()

    def _ask(self, limits: Limits) -> Future[Wrapped]:
        return self._thread.submit(self._start, limits)

    def _start(self, limits: Limits) -> Wrapped:
        given = environment(self._world, "cpu", SCRATCH)
        made = launch(self._command, given, Path("/"), None, Wrapped)
        settings: dict[str, object] = {"world": self._world, "layers": self.layers.to_json()}
        settings |= {"view": self._view.to_json(), "memory_mib": limits.memory_mib}
        try:
            made.channel.sendall(encode({**settings, "cpu_s": limits.total_s}, {}))
        except BaseException:
            made.stop()
            raise
        return made

"""Fork servers for as long as a judge runs: one for each world, started when it is needed."""

from __future__ import annotations

import atexit
import functools
import os
import secrets
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rnncheck.protocol.faults import Fault
from rnncheck.worker.cold import start_cold
from rnncheck.worker.errors import RefusedError, WorkerError
from rnncheck.worker.limits import Limits
from rnncheck.worker.link import Link
from rnncheck.worker.stage import code_folder
from rnncheck.worker.tiers import BARE, CERTIFIED, HARDENED, TIERS, WRAPPED, Layers, enough
from rnncheck.worker.warm import Warm
from rnncheck.worker.wrapped import Wrapper

_MOST_CHILDREN = 500
_GROWTH_KIB = 64 << 10
_ATTEMPTS = 3


class Servers:
    """Gives workers, warm and shut in as well as this machine can; a context manager.

    Any number of threads may use it.

    Attributes:
        refused: for each world why better layers are not to be had, by their title.
    """

    def __init__(
        self,
        layers: Sequence[Layers] = (CERTIFIED, WRAPPED, HARDENED),
        *,
        required: str = TIERS[0],
        default_arithmetic: bool = False,
    ) -> None:
        """Start nothing yet.

        Args:
            layers: what is tried, the best first; a worker that is not shut in comes last.
            required: no worker is given that is shut in less than this tier says.
            default_arithmetic: on CUDA leave frameworks as they are, TF32 and all.
        """
        self._default_arithmetic = default_arithmetic
        self.refused: dict[str, dict[str, str]] = {}
        self._layers, self._required = tuple(layers), required
        self._found: dict[object, Layers] = {}
        self._running: dict[object, Warm | Wrapper] = {}
        self._retired: list[Warm | Wrapper] = []
        self._lock = threading.RLock()

    def tier(self, world: str, *, device: str = "cpu", site: Sequence[Path] | None = None) -> str:
        """Return the tier in which this world's workers run, found by trying.

        Raises:
            Fault: absent, the world's framework is not there.
        """
        return self.layers(world, device=device, site=site).tier

    def layers(
        self, world: str, *, device: str = "cpu", site: Sequence[Path] | None = None
    ) -> Layers:
        """Return what this world's workers are put into, found by trying.

        Raises:
            Fault: absent, the world's framework is not there.
        """
        return self._best(world, device, site, Limits())

    def link(
        self,
        world: str,
        *,
        limits: Limits,
        device: str = "cpu",
        site: Sequence[Path] | None = None,
    ) -> tuple[Link, Layers]:
        """Return a new worker that has loaded nothing, and what it is put into.

        Raises:
            Fault: absent, the world's framework or the device is not there.
            WorkerError: it cannot be started, or not as shut in as is required.
        """
        layers = self._best(world, device, site, limits)
        if not enough(layers.tier, self._required):
            raise WorkerError(f"{self._required} is required, and {world} gives {layers.tier}")
        if layers == BARE:
            return self._cold(world, device, limits, site), layers
        return self._child(world, layers, limits, site), layers

    def waiting(self) -> set[int]:
        """Return the workers that wait for a submission; none has seen them."""
        with self._lock:
            return set[int]().union(*(warm.waiting() for warm in self._running.values()))

    def close(self) -> None:
        """Stop every fork server, and with it all its children."""
        with self._lock:
            for warm in (*self._running.values(), *self._retired):
                warm.close()
            self._running, self._retired = {}, []

    def __enter__(self) -> Self:
        """Return itself; nothing is started yet."""
        return self

    def __exit__(self, *error: object) -> None:
        """Stop every fork server."""
        self.close()

    def _best(self, world: str, device: str, site: Sequence[Path] | None, limits: Limits) -> Layers:
        if device != "cpu":
            return BARE
        key = world, tuple(site or ())
        with self._lock:
            if key not in self._found:
                self._found[key] = self._try(world, site, limits)
            return self._found[key]

    def _try(self, world: str, site: Sequence[Path] | None, limits: Limits) -> Layers:
        """Return the first layers that hold when they are tried."""
        for layers in self._layers:
            try:
                link = self._child(world, layers, limits, site)
                problem = _probe(link)
            except RefusedError as error:
                problem = str(error)
            if not problem:
                return layers
            self.refused.setdefault(world, {})[layers.title] = problem
        return BARE

    def _child(
        self, world: str, layers: Layers, limits: Limits, site: Sequence[Path] | None
    ) -> Link:
        for attempt in range(1, _ATTEMPTS + 1):
            warm = self._warm(world, layers, limits, site)
            try:
                return _ready(Link(warm.fork(limits), limits))
            except WorkerError as error:
                self._drop(warm)
                if attempt == _ATTEMPTS or isinstance(error, RefusedError):
                    raise
        raise AssertionError

    def _cold(self, world: str, device: str, limits: Limits, site: Sequence[Path] | None) -> Link:
        process = start_cold(world, device, site, default_arithmetic=self._default_arithmetic)
        link = Link(process, limits)
        meta = {"op": "enter", "world": world, "device": device, "memory_mib": limits.memory_mib}
        try:
            link.request(meta, {}, limits.start_s)
        except Fault as fault:
            link.close()
            if fault.kind == "absent":
                raise
            raise WorkerError(f"the worker does not start: {fault}") from fault
        return link

    def _warm(
        self, world: str, layers: Layers, limits: Limits, site: Sequence[Path] | None
    ) -> Warm | Wrapper:
        key = world, layers, tuple(site or ())
        with self._lock:
            warm = self._running.get(key)
            if warm and _worn(warm):
                self._retired.append(self._running.pop(key))
                warm = None
            if warm is None:
                self._sweep()
                kind = Wrapper if layers.bubblewrap else Warm
                warm = kind(world, layers, site, limits.start_s, ahead=True)
                self._running[key] = warm
            return warm

    def _drop(self, warm: Warm | Wrapper) -> None:
        with self._lock:
            self._running = {key: one for key, one in self._running.items() if one is not warm}
            if warm not in self._retired:
                self._retired.append(warm)
            self._sweep()

    def _sweep(self) -> None:
        """Close servers that were replaced and have no child any more."""
        for warm in [one for one in self._retired if not one.living]:
            self._retired.remove(warm)
            warm.close()


def shared() -> Servers:
    """Return the servers of this process for whoever brings none; they end with it."""
    return _shared(os.getpid())


@functools.cache
def _shared(owner: int) -> Servers:
    code_folder()  # so that it is removed after the servers have ended
    made = Servers()
    atexit.register(_end, made, owner)
    return made


def _end(made: Servers, owner: int) -> None:
    if os.getpid() == owner:
        made.close()


def _ready(link: Link) -> Link:
    """Return a worker once it is shut in."""
    try:
        link.request({"op": "ready"}, {}, link.limits.start_s)
    except Fault as fault:
        link.close()
        kind = RefusedError if fault.kind == "absent" else WorkerError
        raise kind(f"a worker cannot be shut in: {fault}") from fault
    return link


def _worn(warm: Warm | Wrapper) -> bool:
    now, first = warm.kib
    return warm.children >= _MOST_CHILDREN or now > first + _GROWTH_KIB


def _probe(link: Link) -> str:
    """Return what a worker can do though it must not, in words; "" if it is shut in."""
    with tempfile.NamedTemporaryFile(prefix="rnncheck-canary-") as canary:
        Path(canary.name).chmod(0o644)
        canary.write(secrets.token_bytes(16))
        canary.flush()
        try:
            reply, _ = link.request({"op": "probe", "canary": canary.name}, {}, 10.0)
        except Fault as fault:
            return str(fault)
        finally:
            link.close()
            Path(f"{canary.name}.written").unlink(missing_ok=True)  # where it was not stopped
    found = reply.get("shut")
    wrong = [name for name, good in found.items() if good is not True] if found else ["nothing"]
    return f"it {', '.join(wrong)}" if wrong else ""

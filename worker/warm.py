"""The judge's end of one fork server: it is started, gives children, and is stopped."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rnncheck.worker.cold import command, environment
from rnncheck.worker.errors import RefusedError, WorkerError
from rnncheck.worker.launch import ending, start
from rnncheck.worker.limits import Limits
from rnncheck.worker.privileges import NOBODY
from rnncheck.worker.shown import view_of
from rnncheck.worker.stage import code_folder, site_folders
from rnncheck.worker.tiers import Layers
from rnncheck.worker.untrusted import fault
from rnncheck.worker.view import SCRATCH

MOST = 1 << 17
_SECONDS_TO_FORK = 30.0
_SECONDS_TO_END = 5.0


@dataclass
class _Asked:
    """A child that the fork server was asked for: its limits, the judge's ends, itself once it is there."""

    limits: Limits
    channel: socket.socket
    told: int
    folder: Path | None
    child: Child | None = None

    def drop(self) -> None:
        if self.child is not None:
            self.child.stop()
            return
        self.channel.close()
        os.close(self.told)


class Warm:
    """A fork server for a world.

    Attributes:
        layers: into which its children are put.
        children: how many it has forked.
        kib: its memory when it last forked one, and when it forked the first.
    """

    def __init__(
        self,
        world: str,
        layers: Layers,
        site: Sequence[Path] | None,
        seconds: float,
        *,
        ahead: bool = False,
    ) -> None:
        """Start it and wait until the world is imported.

        Args:
            world: a key of stage.WORLDS.
            layers: into which its children are put.
            site: folders of packages to show in place of those of this interpreter.
            seconds: how long the import may take.
            ahead: fork and shut in the next child while one is at work. Only with namespaces:
                there the one at work cannot see it.

        Raises:
            Fault: absent, the world's framework is not there.
            RefusedError: a layer is not to be had here.
            WorkerError: it cannot be started.
        """
        if sys.platform != "linux":
            raise RefusedError("namespaces, Landlock and seccomp are there on Linux only")
        self.layers = layers
        self.children = 0
        self.kib = (0, 0)
        self._living: weakref.WeakSet[Child] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._ahead = ahead and layers.namespaces
        self._asked: _Asked | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="rnncheck-worker-"))
        self._control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        sites = site_folders(world, tuple(site) if site is not None else None)
        try:
            home = SCRATCH if layers.namespaces else self._folder
            given = environment(world, "cpu", home)
            self._process = start(command("fork", sites), given, "/", theirs)
        except OSError as error:
            self._remove()
            raise WorkerError(f"the worker's process cannot be started: {error}") from error
        settings: dict[str, object] = {
            "layers": layers.to_json(),
            "world": world,
            "root": str(self._folder),
        }
        settings["view"] = view_of(code_folder(), sites).to_json()
        try:
            self._greet(settings, seconds)
        except BaseException:
            self.close()
            raise

    def fork(self, limits: Limits) -> Child:
        """Return a new child, shut in, that has loaded nothing.

        Raises:
            WorkerError: the fork server is gone or does not answer.
        """
        try:
            with self._lock:
                if self._asked is not None and self._asked.limits != limits:
                    self._given().stop()
                    self._asked = None
                self._asked = self._asked or self._ask(limits)
                child = self._given()
                self._asked = self._ask(limits) if self._ahead else None
        except (OSError, ValueError) as error:
            raise WorkerError(f"the fork server does not answer: {error}") from error
        self._living.add(child)
        return child

    @property
    def living(self) -> bool:
        """Whether a child of it has not been stopped yet."""
        return any(not child.stopped for child in self._living)

    def waiting(self) -> set[int]:
        """Return the process that was forked ahead, if one was; no submission has seen it."""
        with self._lock:
            return {self._given().pid} if self._asked is not None else set()

    def close(self) -> None:
        """Stop it, and with it all its children."""
        self._control.close()
        if self._asked is not None:
            self._asked.drop()
            self._asked = None
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._remove()

    def _ask(self, limits: Limits) -> _Asked:
        """Ask for a child; it is there when `_given` returns it."""
        folder = None if self.layers.namespaces else self._scratch()
        request: dict[str, object] = {"scratch": str(folder or "")}
        request |= {"memory_mib": limits.memory_mib, "cpu_s": limits.total_s}
        ours, theirs = socket.socketpair()
        told, tell = os.pipe()
        asked = _Asked(limits, ours, told, folder)
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno(), tell])
        except OSError:
            asked.drop()
            raise
        finally:
            theirs.close()
            os.close(tell)
        return asked

    def _given(self) -> Child:
        """Return the child that was asked for, once it is there."""
        asked = self._asked
        assert asked is not None
        if asked.child is None:
            self._asked = None  # of no use where this fails
            try:
                data, handles, _, _ = socket.recv_fds(self._control, MOST, 1)
                kib = json.loads(data)["kib"]
            except (OSError, ValueError):
                asked.drop()
                raise
            self.children, self.kib = self.children + 1, (kib, self.kib[1] or kib)
            asked.child = Child(asked.channel, handles[0], asked.told, asked.folder)
            self._asked = asked
        return asked.child

    def _greet(self, settings: dict[str, object], seconds: float) -> None:
        self._control.settimeout(seconds)
        try:
            self._control.send(json.dumps(settings).encode())
            words = json.loads(self._control.recv(MOST))
        except (OSError, ValueError) as error:
            raise WorkerError(f"the fork server does not start: {error}") from error
        if "fault" in words:
            raise fault(words["fault"], absent=True)
        if "up" not in words:
            raise RefusedError(str(words.get("refused")))
        self._control.settimeout(_SECONDS_TO_FORK)

    def _scratch(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        if not os.geteuid():
            self._folder.chmod(0o711)
            os.chown(folder, NOBODY, NOBODY)
        return folder

    def _remove(self) -> None:
        self._control.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Child:
    """A child of a fork server; see launch.Process.

    Attributes:
        channel: the socket to it.
        stopped: whether it was stopped.
    """

    def __init__(self, channel: socket.socket, handle: int, told: int, folder: Path | None) -> None:
        """Hold a child.

        Args:
            channel: the socket to it.
            handle: its pidfd.
            told: the pipe on which the fork server says how it ended.
            folder: its scratch folder, where that is one of the judge's.
        """
        self.channel = channel
        self._handle, self._told, self._folder = handle, told, folder
        self._code: int | None = None
        self.stopped = False
        self.pid = _pid(handle)

    def stop(self) -> None:
        """Kill it; it is gone soon after, and its fork server knows when."""
        self.stopped = True
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        if self._folder is not None:
            self._read(_SECONDS_TO_END)  # it may still write there
        self.channel.close()
        os.close(self._handle)
        os.close(self._told)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def ending(self) -> str:
        """Return, in words, how it ended by itself.

        Raises:
            WorkerError: its fork server ended too; that is not its fault.
        """
        if not self._read(1.0):
            return "it closed the connection"
        if self._code is None:
            raise WorkerError("the fork server ended, and all its children with it")
        if self._code == -signal.SIGSEGV:  # the first process of a namespace cannot abort
            return "a segmentation fault, or it aborted (SIGSEGV)"
        return ending(self._code)

    def _read(self, seconds: float) -> bool:
        """Wait until it has ended, and say whether it has."""
        if self._code is not None:
            return True
        ready = select.poll()
        ready.register(self._told, select.POLLIN)
        if not ready.poll(1000 * seconds):
            return False
        data = os.read(self._told, 64)
        self._code = json.loads(data) if data else None
        return True


def _pid(handle: int) -> int:
    lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))

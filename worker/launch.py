"""A worker's process as the judge holds it: its channel, its end. Starts one that is not shut in."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

_WORDS = {
    signal.SIGSEGV: "a segmentation fault",
    signal.SIGKILL: "it was killed; maybe the machine ran out of memory",
    signal.SIGABRT: "it aborted",
}


class Process(Protocol):
    """A started worker.

    Attributes:
        channel: the socket to it.
        pid: its process id.
    """

    channel: socket.socket

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    def stop(self) -> None:
        """Kill it, and whatever it started; remove its folder; close the channel."""
        ...

    def ending(self) -> str:
        """Return, in words, how it ended by itself."""
        ...


class Launched:
    """A process of its own, which leads a process group; see Process."""

    def __init__(
        self, process: subprocess.Popen[bytes], channel: socket.socket, folder: Path | None
    ) -> None:
        """Hold a process, the socket to it and its private folder, if it has one."""
        self._process = process
        self._folder = folder
        self.channel = channel

    @property
    def pid(self) -> int:
        """The process, and its process group."""
        return self._process.pid

    def stop(self) -> None:
        """Kill the whole process group, reap the process, remove its folder."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self.channel.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def ending(self) -> str:
        """Return, in words, how the process ended by itself."""
        code = self.code()
        return "it closed the connection" if code is None else ending(code)

    def code(self) -> int | None:
        """Return its exit code, or a signal as a negative number; None while it runs."""
        try:
            return self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return None


def ending(code: int) -> str:
    """Return an exit code, or a signal as a negative number, in words."""
    if code >= 0:
        return f"exit code {code}"
    words = _WORDS.get(signal.Signals(-code), "")
    return f"{words} ({signal.Signals(-code).name})" if words else signal.Signals(-code).name


_Kind = TypeVar("_Kind", bound=Launched)


def launch(
    command: Sequence[str],
    environment: Mapping[str, str],
    work: Path,
    folder: Path | None,
    kind: type[_Kind],
) -> _Kind:
    """Start a command whose stdin is the channel, in a session and process group of its own.

    Args:
        command: what is started.
        environment: all that it gets.
        work: where it starts.
        folder: what is removed when it is stopped.
        kind: as what it is returned.

    Raises:
        OSError: it cannot be started.
    """
    ours, theirs = socket.socketpair()
    try:
        return kind(start(command, environment, work, theirs), ours, folder)
    except BaseException:
        ours.close()
        raise


def start(
    command: Sequence[str], environment: Mapping[str, str], work: Path | str, stdin: socket.socket
) -> subprocess.Popen[bytes]:
    """Start a quiet process with this end of a socket as stdin, and close it here.

    Raises:
        OSError: it cannot be started.
    """
    with stdin:
        return subprocess.Popen(
            list(command),
            stdin=stdin.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            cwd=work,
            start_new_session=True,
        )

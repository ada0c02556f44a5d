"""Starts a worker's process. Nothing else knows how it was started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_WORDS = {
    signal.SIGSEGV: "a segmentation fault",
    signal.SIGKILL: "it was killed; maybe the machine ran out of memory",
    signal.SIGABRT: "it aborted",
}


class Launched:
    """A started process: the channel to it, and its end."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        """Hold a process that leads a process group, and the socket to it."""
        self._process = process
        self.channel = channel

    @property
    def pid(self) -> int:
        """The process, and its process group."""
        return self._process.pid

    def stop(self) -> None:
        """Kill the whole process group, reap the process and close the channel."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self.channel.close()

    def ending(self) -> str:
        """Return, in words, how the process ended by itself."""
        try:
            code = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "it closed the connection"
        if code >= 0:
            return f"exit code {code}"
        words = _WORDS.get(signal.Signals(-code), "")
        return f"{words} ({signal.Signals(-code).name})" if words else signal.Signals(-code).name


def launch(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Launched:
    """Start a command whose stdin is the channel, in a session and process group of its own.

    Raises:
        OSError: it cannot be started.
    """
    ours, theirs = socket.socketpair()
    try:
        process = subprocess.Popen(
            list(command),
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return Launched(process, ours)

"""Tries from inside what the sandbox must stop; nothing is believed because it was set up."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from rnncheck.worker.namespaces import USER
from rnncheck.worker.syscalls import libc


def probe(canary: str) -> dict[str, bool]:
    """Return for each attempt whether it went as it must: all but the last one fail.

    Args:
        canary: a file of the judge's that everybody may read.
    """
    attempts: dict[str, Callable[[], object]] = {
        "reads a file of the judge": lambda: Path(canary).read_bytes(),
        "lists the home folders": lambda: os.listdir("/home") and os.listdir("/root"),
        "writes beside its folder": lambda: Path(canary + ".written").touch(),
        "opens a connection": lambda: socket.socket().close(),
        "starts a process": _start,
        "starts a program": _execute,
        "sends a signal": lambda: os.kill(os.getppid() or -1, 0),
        "takes a namespace": _unshare,
        "is root": lambda: _refuse(os.getuid() != 0),
        "may gain privileges": lambda: _refuse(
            _status("NoNewPrivs") == 1 and not _status("CapEff")
        ),
        "sees other processes": lambda: _refuse(not _others()),
    }
    found = {name: _stopped(attempt) for name, attempt in attempts.items()}
    own = Path(os.environ["TMPDIR"], "probe")
    return found | {"writes into its own folder": not _stopped(own.touch)}


def _stopped(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _refuse(refused: bool) -> None:
    if refused:
        raise OSError


def _start() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def _execute() -> None:
    os.execv("/dev/null", ["null"])  # that it is no program is another error than EPERM


def _unshare() -> None:
    _refuse(libc().unshare(USER) < 0)


def _status(name: str) -> int:
    text = Path("/proc/self/status").read_text()
    return next(int(line.split()[1], 16) for line in text.splitlines() if line.startswith(name))


def _others() -> list[str]:
    return [n for n in os.listdir("/proc") if n.isdigit() and int(n) != os.getpid()]

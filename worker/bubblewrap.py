"""bubblewrap, a program that may make namespaces where this Python may not: found and put to use.

Only a copy that nobody but root can change is run. What this one can do here is found by trying.
"""

from __future__ import annotations

import functools
import os
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence

from rnncheck.worker.cold import OPTIONS
from rnncheck.worker.errors import RefusedError
from rnncheck.worker.privileges import NOBODY
from rnncheck.worker.sandbox import DEVICES
from rnncheck.worker.view import BYTES, PROC, SCRATCH, View

NAME = "bwrap"
_PLACES = ("/usr/bin", "/usr/local/bin", "/bin")
_KINDS = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
_AS_NOBODY = ("--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY))
_AS_ROOT = ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
_SIZED = ("--size", str(BYTES))  # from 0.7 on, and not where it is setuid root
_SECONDS = 20.0


def find() -> str:
    """Return the path of the program.

    Raises:
        RefusedError: there is none, or somebody else than root can change it.
    """
    folders = dict.fromkeys([*_PLACES, *os.environ.get("PATH", "").split(os.pathsep)])
    places = [f"{folder}/{NAME}" for folder in folders if os.path.isabs(folder)]
    there = dict.fromkeys(os.path.realpath(path) for path in places if os.path.isfile(path))
    for path in there:
        if _trusted(path):
            return path
    if there:
        found = ", ".join(there)
        raise RefusedError(f"{found} is not used: somebody else than root can change bubblewrap")
    raise RefusedError("bubblewrap is not installed")


def version(path: str) -> str:
    """Return what the program calls itself, or ""."""
    try:
        done = _run([path, "--version"])
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").strip()[:80]


def command(view: View, arguments: Sequence[str]) -> list[str]:
    """Return a command that runs this Python as the first process of own namespaces.

    Args:
        view: the files that are in sight there, beside Python's own program.
        arguments: Python's.

    Raises:
        RefusedError: there is no bubblewrap, or it cannot make the namespaces here.
    """
    path, problem = find(), ""
    for wanted in _variants():
        inside = [path, *wanted.before, *_files(view, wanted.sized), *_python()]
        problem = _problem(tuple(inside))
        if not problem:
            return [*inside, *arguments]
    raise RefusedError(f"{path} cannot make namespaces here: {problem}")


class _Variant:
    def __init__(self, before: Sequence[str], sized: bool) -> None:
        fixed = ("--die-with-parent", "--new-session", "--as-pid-1")
        self.before, self.sized = (*before, *_KINDS, *fixed), sized


def _variants() -> list[_Variant]:
    """Return what is tried, the best first: not all that bubblewrap can do, it can everywhere."""
    if not os.geteuid():
        return [_Variant(_AS_ROOT, True), _Variant(_AS_ROOT, False)]
    return [_Variant(_AS_NOBODY, True), _Variant(_AS_NOBODY, False), _Variant((), False)]


def _trusted(path: str) -> bool:
    while True:
        known = os.lstat(path)
        if known.st_uid or known.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return False
        if path == "/":
            return True
        path = os.path.dirname(path)


def _files(view: View, sized: bool) -> Iterator[str]:
    """Yield what makes the root that view.build makes, on bubblewrap's own empty one."""
    made: set[str] = set()
    for path in view.readable:
        if not os.path.exists(path):
            continue
        yield from _folders(path, made)
        yield from ("--dev-bind" if path in DEVICES else "--ro-bind", os.path.realpath(path), path)
        for folder in view.covered:
            if folder.startswith(path + "/") and os.path.isdir(folder):
                yield from ("--tmpfs", folder)
    for path in (_program(), PROC, SCRATCH):
        yield from _folders(path, made)
    yield from ("--ro-bind", os.path.realpath(sys.executable), _program())
    for name, target in (("/proc", PROC), *view.links):
        yield from ("--symlink", target, name)
    yield from ("--proc", PROC, *(_SIZED if sized else ()), "--tmpfs", SCRATCH)
    for folder in view.covered:
        if any(folder.startswith(path + "/") for path in view.readable) and os.path.isdir(folder):
            yield from ("--remount-ro", folder)
    yield from ("--remount-ro", "/", "--chdir", SCRATCH)


def _folders(path: str, made: set[str]) -> Iterator[str]:
    """Yield orders for the folders on the way: bubblewrap itself would close them to others."""
    missing = []
    while (path := os.path.dirname(path)) != "/" and path not in made:
        missing.append(path)
        made.add(path)
    for folder in reversed(missing):
        yield from ("--dir", folder)


def _program() -> str:
    """Return where Python's program stands in the view: where it finds its library."""
    return f"{sys.base_exec_prefix}/bin/{os.path.basename(os.path.realpath(sys.executable))}"


def _python() -> list[str]:
    return [_program(), *OPTIONS]


@functools.cache
def _problem(command: tuple[str, ...]) -> str:
    """Return why a command cannot be run, in words; "" if it can."""
    try:
        done = _run([*command, "-c", "import json, socket"])
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if not done.returncode:
        return ""
    said = done.stderr.decode(errors="replace").strip()
    return said[-300:] or f"exit code {done.returncode}"


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
        cwd="/",
    )

"""A judge's process, seen from the parent."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from rnncheck.grading.collect import Item
from rnncheck.grading.digest import HOME
from rnncheck.grading.errors import Trouble
from rnncheck.grading.judging import LENGTH
from rnncheck.grading.results import Verdict

SPARE = 120.0  # seconds beyond an assignment's limits after which a judge is taken to hang
_CLOSE = 5.0
_PACKAGE = """
import sys, types
package = types.ModuleType("rnncheck")
package.__path__ = sys.argv[1:2]
sys.modules["rnncheck"] = package
"""
MAIN = """
from rnncheck.grading import judging
judging.main()
"""


def command(device: str, required: str) -> list[str]:
    """Return what starts a judge's process, from this copy of rnncheck."""
    return [sys.executable, "-P", "-c", _PACKAGE + MAIN, str(HOME), device, required]


class Judge:
    """A judge's process."""

    def __init__(self, device: str, required: str, core: int | None = None) -> None:
        """Start it.

        Args:
            device: "cpu" or "cuda".
            required: the least tier in which workers may be shut in.
            core: to which it keeps, and with it all its workers; None for any.

        Raises:
            Trouble: it cannot be started.
        """
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="rnncheck-judge-"))
            self._folder.chmod(0o711)  # a worker that is another user passes through it
            self._process = subprocess.Popen(
                command(device, required),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "TMPDIR": str(self._folder)},
                start_new_session=True,  # Ctrl-C is for the parent, which then ends this one
            )
        except OSError as error:
            raise Trouble(f"a judge's process cannot be started: {error}") from error
        if core is not None:
            with suppress(OSError):  # it may be gone, or the core is not to be had any more
                os.sched_setaffinity(self._process.pid, {core})

    def give(self, item: Item) -> None:
        """Give it a submission to judge, after those that it has.

        Raises:
            Trouble: the process is of no more use.
        """
        data = pickle.dumps(item)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(LENGTH.pack(len(data)) + data)
            self._process.stdin.flush()
        except OSError as error:
            raise Trouble(f"a judge's process was lost: {error}") from error

    def verdict(self, item: Item) -> Verdict:
        """Return the verdict on the submission that it was given first, of those it still has.

        Raises:
            Trouble: there is none; the process is of no more use.
        """
        timer = threading.Timer(_longest(item), self._process.kill)
        timer.start()
        try:
            reply = json.loads(self._line())
        finally:
            timer.cancel()
        if "trouble" in reply:
            raise Trouble(reply["trouble"])
        verdict: Verdict = reply["verdict"]
        return verdict

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        try:
            answer = self._process.stdout.readline()
        except OSError as error:
            raise Trouble(f"a judge's process was lost: {error}") from error
        if not answer.endswith(b"\n"):
            raise Trouble(f"a judge's process was lost: {_ending(self._process.wait())}")
        return answer

    def close(self) -> None:
        """End the process, which ends its workers, and remove what it may have left."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.close()
            self._process.wait(_CLOSE)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _longest(item: Item) -> float:
    """Return the seconds that a judge may take; a part may be judged with two workers."""
    if item.assignment is None or item.contract is None:
        return SPARE
    limits, workers = item.assignment.limits, max(1, 2 * len(item.contract.parts))
    return SPARE + workers * (limits.start_seconds + limits.total_seconds)


def _ending(code: int) -> str:
    name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    memory = "; maybe the machine ran out of memory" if name == "SIGKILL" else ""
    return name + memory

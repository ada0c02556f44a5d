"""A place for attacks: what they must not reach, how each is judged, and what it got."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import secrets
import socket
import subprocess
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rnncheck.grading.assignment import Assignment, load
from rnncheck.grading.contract import Contract
from rnncheck.grading.judge import judge
from rnncheck.grading.report import Report
from rnncheck.grading.submission import submission_of
from rnncheck.worker.limits import Limits
from rnncheck.worker.servers import Servers
from rnncheck.worker.tiers import TIERS, Layers

HERE = Path(__file__).parent
FOLDER = HERE / "attacks"
WAITING = 0.7  # seconds for what waits for a limit
MEMORY_MIB = 512
FULL = 100.0


@dataclass(frozen=True)
class Attack:
    """A row of attacks.toml; its keys are explained there."""

    tries: str
    stopped: str
    status: str
    hardened: str = ""
    waits: bool = False
    twice: bool = False
    tier: str = TIERS[1]
    world: str = "numpy"
    assignment: str = "elman-cell"
    check: str = "reference_step"


ATTACKS = {
    name: Attack(**row)
    for name, row in tomllib.loads((FOLDER / "attacks.toml").read_text()).items()
}
# Wrong in a way that anybody may be: without the tanh, or the gradient of the state, which is the
# last line of the solution's loop. Nothing may earn more.
BACKWARD = (HERE / "solutions" / "elman-backward" / "numpy.py").read_text("utf-8")
WRONG = {
    "elman-backward": BACKWARD.replace('dh = da @ params["weight_hh"]', "dh = 0 * dh"),
    "numpy": """
def forward(params, x, state):
    h = x @ params["weight_ih"].T + params["bias_ih"]
    h = h + state @ params["weight_hh"].T + params["bias_hh"]
    return h, h
""",
    "torch": """
import torch
class RNNCell(torch.nn.RNNCell):
    def forward(self, input, hx=None):
        h = input @ self.weight_ih.T + self.bias_ih
        return h + hx @ self.weight_hh.T + self.bias_hh
""",
    "keras3": """
import keras
class SimpleRNNCell(keras.layers.SimpleRNNCell):
    def call(self, sequence, states, training=False):
        h = sequence @ self.kernel + states[0] @ self.recurrent_kernel + self.bias
        return h, [h]
""",
}
SOLUTIONS = {"numpy": "numpy.py", "torch": "torch.py", "keras3": "keras.py"}


class Servant(Servers):
    """Servers that take the first layers as they are, also where they do not hold."""

    def _try(self, world: str, site: Sequence[Path] | None, limits: Limits) -> Layers:
        del world, site, limits
        return self._layers[0]


class Arena:
    """What an attack must not reach, with a trace of each way to it; a context manager.

    Attributes:
        token: a secret; it stands in files and in the judge's environment.
        secret, results: files of the judge, beside others'.
    """

    def __init__(self, folder: Path) -> None:
        """Write the files and listen."""
        self.token = secrets.token_hex(12)
        (folder / "class").mkdir(parents=True)
        self.secret, self.results = folder / "class" / "secret.txt", folder / "results.txt"
        self.secret.write_text(self.token)
        self.results.write_text("mark: 0")
        for path in (folder, folder / "class", self.secret):
            path.chmod(0o755)
        self._folder = folder
        self._name = secrets.token_hex(8)
        self._listening = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self._port = self._listening[0].getsockname()[1]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self._port))
        self._listening[1].bind(f"\0{self._name}")
        self._listening[1].listen()
        self._before = self._files()
        os.environ["GRADING_SECRET"] = self.token
        given = {"GRADING_SECRET": self.token, "PATH": os.environ["PATH"]}
        self._bystander = subprocess.Popen(["sleep", "600"], env=given)

    def __enter__(self) -> Arena:
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Listen no more."""
        del os.environ["GRADING_SECRET"]
        self._bystander.kill()
        self._bystander.wait()
        for end in (*self._listening, self._datagrams):
            end.close()

    def source(self, name: str) -> bytes:
        """Return an attack's text with the names of what it may want."""
        values = {
            "SECRET": str(self.secret),
            "RESULTS": str(self.results),
            "ROOT": str(HERE.parent),
            "ROOMS": str(HERE.parent.parent),
            "PID": str(os.getpid()),
            "PORT": str(self._port),
            "NAME": self._name,
            "TOKEN": self.token,
            "MACHINE": {"arm64": "aarch64"}.get(platform.machine(), platform.machine()),
        }
        text = (FOLDER / f"{name}.py").read_text("utf-8")
        text = text.replace('"@PARENTHESES@"', "(" * 100_000 + ")" * 100_000)
        for word, value in values.items():
            text = text.replace(f"@{word}@", value)
        return text.encode()

    def reached(self, report: Report) -> list[str]:
        """Return what an attack got at, in words; nothing, if all is well."""
        said = str(report)
        found = ["told the secret"] if self.token in said else []
        found += ["said that it had got through"] if "REACHED" in said else []
        found += ["changed files"] if self._files() != self._before else []
        found += ["came over the network"] if self._visited() else []
        return found

    def _files(self) -> list[tuple[str, str]]:
        paths = sorted(path for path in self._folder.rglob("*") if path.is_file())
        return [(str(path), path.read_text()) for path in paths]

    def _visited(self) -> bool:
        for end in (*self._listening, self._datagrams):
            end.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                end.recv(1) if end is self._datagrams else end.accept()
                return True
        return False


def run(
    servers: Servers,
    source: bytes,
    world: str,
    *,
    waits: bool = False,
    only: Sequence[str] = (),
    assignment: str = "elman-cell",
) -> Report:
    """Judge a text as a file of an assignment, in little memory."""
    asked, contract = _asked(world, assignment)
    limits = replace(asked.limits, memory_mib=MEMORY_MIB)
    if waits:
        limits = replace(limits, call_seconds=WAITING, load_seconds=WAITING)
    asked = replace(asked, limits=limits)
    submission = submission_of(Path("mine.py"), source)
    return judge(submission, asked, contract, servers=servers, with_diagnosis=False, only=only)


def status(report: Report, check: str = "reference_step") -> str:
    """Return how a check ended."""
    return next(j.outcome.status for j in report.judged if j.outcome.check == check)


def honest(servers: Servers, world: str = "numpy") -> float | None:
    """Return the mark of the reference solution, of the checks against the reference alone."""
    path = HERE / "solutions" / "elman-cell" / SOLUTIONS[world]
    return run(servers, path.read_bytes(), world, only=["reference_step"]).mark


@functools.cache
def baseline(servers: Servers, world: str, assignment: str = "elman-cell") -> float:
    """Return the mark of an honest wrong file."""
    wrong = WRONG[world if assignment == "elman-cell" else assignment]
    mark = run(servers, wrong.encode(), world, assignment=assignment).mark
    assert mark is not None
    return mark


def processes() -> set[int]:
    """Return the processes that descend from this one."""
    parents = dict(pairs())
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def settled(before: set[int]) -> set[int]:
    """Return the processes that are more than before, once they had time to end."""
    until = time.monotonic() + 3
    while (more := processes() - before) and time.monotonic() < until:
        time.sleep(0.01)
    return more


@functools.cache
def _asked(world: str, assignment: str) -> tuple[Assignment, Contract]:
    asked = load(assignment)
    return asked, next(c for c in asked.contracts.values() if c.world == world)


def pairs() -> Iterator[tuple[int, int]]:
    """Yield each process and its parent."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                yield int(path.parent.name), int(fields[1])

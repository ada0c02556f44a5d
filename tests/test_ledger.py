"""The suites under pytest, in a process of their own: the ledger, the options, the ends."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rnncheck.protocol.spec import Spec
from rnncheck.suites.check import checks
from rnncheck.suites.ledger import Ledger

ROOT = Path(__file__).resolve().parents[1]

# Hands in two implementations of one step, "first" and "second", and writes down what happens.
PLUGIN = """
import os
from pathlib import Path

import pytest

LOG = Path(__file__).with_name("log.txt")
BINDS = []


def log(line):
    with LOG.open("a") as file:
        file.write(line + "\\n")


def pytest_configure(config):
    from rnncheck.grading import pytest_plugin
    from rnncheck.mistakes import mistakes
    from rnncheck.protocol.faults import Fault
    from rnncheck.protocol.spec import Spec
    from rnncheck.reference.implementation import bind
    from rnncheck.suites.handle import Handle

    def counted(spec, params, dtype="float64", device="cpu"):
        BINDS.append(dtype)
        return bind(spec, params, dtype, device)

    def absent(spec, params, dtype="float64", device="cpu"):
        raise Fault("absent", "it is not there")

    binds = {"right": counted, "absent": absent}
    claims = frozenset({"step", "initial_state", "final_state", "none_state"})

    def handles():
        for name in ("first", "second"):
            kind = os.environ.get(name, "right")
            bound = binds.get(kind) or mistakes()[kind].bind
            yield Handle(
                name, Spec("lstm", 2, (3,)), claims, bound, ("float64",), examples=1,
                close=lambda name=name: log(f"close {name}"),
            )

    pytest_plugin.reference_handles = lambda: list(handles())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    if os.environ.get("lose"):
        del items[-1]


def pytest_runtest_setup(item):
    log("test " + item.callspec.params["handle"].name)


def pytest_unconfigure():
    log(f"binds {len(BINDS)}")
"""


@dataclass(frozen=True)
class Run:
    """How a run ended: its exit code, what it printed, what the plugin wrote down."""

    code: int
    out: str
    log: list[str]

    def row(self, name: str) -> list[int]:
        """Return the numbers of an implementation in the ledger."""
        lines = self.out.partition("checks by implementation")[2].splitlines()
        return next([int(word) for word in li.split()[1:]] for li in lines if li.startswith(name))

    def events(self) -> list[str]:
        """Return the log, with tests in a row of one implementation as one."""
        return [line for line, last in zip(self.log, ["", *self.log], strict=False) if line != last]


def pytest_run(*options: str, folder: Path, env: dict[str, str] | None = None) -> Run:
    """Run pytest on the suites of this clone, with a plugin where the folder holds one."""
    plugin = ["-p", "handed_in"] if (folder / "handed_in.py").exists() else []
    suites = [] if any("::" in option for option in options) else ["suites"]
    command = [sys.executable, "-m", "pytest", *plugin, "-p", "no:cacheprovider", "--color=no"]
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    ended = subprocess.run(
        [*command, *suites, *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )
    log = folder / "log.txt"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return Run(ended.returncode, ended.stdout + ended.stderr, lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the plugin."""
    (tmp_path / "handed_in.py").write_text(PLUGIN)
    return tmp_path


def test_everything_passes(folder: Path) -> None:
    """The ledger says so; each implementation is closed after its last test, once."""
    run = pytest_run("--world=numpy", folder=folder)
    assert run.code == 0, run.out
    passed, failed, skipped, not_claimed, expected, not_judged = run.row("first")
    assert passed == expected > 5
    assert (failed, skipped) == (0, 0)
    assert not_claimed > 5
    assert not_judged == 0
    assert run.row("second") == run.row("first")
    assert run.events()[:4] == ["test first", "close first", "test second", "close second"]
    assert run.log.count("test first") == expected


def test_what_fails_and_what_is_skipped_is_counted(folder: Path) -> None:
    """A wrong implementation fails the run; one that is absent is skipped with the reason."""
    run = pytest_run("--world=numpy", folder=folder, env={"first": "absent", "second": "nan_state"})
    assert run.code == 1
    first, second = run.row("first"), run.row("second")
    assert first[2] == first[4], "all skipped"
    assert second[1] > 0
    assert second[0] + second[1] == second[4]
    assert "it is not there" in run.out
    assert "state.h holds nan at [0, 2]; every number must be finite" in run.out


def test_a_check_that_is_lost_fails_the_run(folder: Path) -> None:
    """Fewer checks than planned, though nobody asked for fewer: exit code 1, and a sentence."""
    run = pytest_run("--world=numpy", folder=folder, env={"lose": "1"})
    assert run.code == 1
    assert "fewer checks ran than were planned for second" in run.out
    assert run.row("second")[0] == run.row("second")[4] - 1


@pytest.mark.parametrize(
    "options",
    [
        ["-k", "reference_step"],
        ["suites/test_checks.py::test_check[first-reference_step-float64]"],
    ],
    ids=["-k", "node id"],
)
def test_asking_for_fewer_is_no_fault(folder: Path, options: list[str]) -> None:
    """A selection by name or node is not what the ledger guards against."""
    run = pytest_run("--world=numpy", *options, folder=folder)
    assert run.code == 0, run.out
    assert 0 < run.row("first")[0] < run.row("first")[4]
    assert "close first" in run.log


def test_a_run_that_stops_early_closes_all(folder: Path) -> None:
    """With -x the implementation whose test failed is closed too."""
    run = pytest_run("--world=numpy", "-x", folder=folder, env={"first": "nan_state"})
    assert run.code == 1
    assert "close first" in run.log


def test_explore_draws_more(folder: Path) -> None:
    """--explore N draws N fresh cases for each check, in place of the usual number, here 1."""
    run = pytest_run("--world=numpy", "--explore=9", "-k", "first-reference_step", folder=folder)
    assert run.code == 0, run.out
    own = len(checks()["reference_step"].cases(Spec("lstm", 2, (3,))))
    assert run.log[-1] == f"binds {own + 9}"


@pytest.mark.parametrize(("world", "start"), [("numpy", "reference["), ("tf1", "tf1_")])
def test_world_chooses_implementations(tmp_path: Path, world: str, start: str) -> None:
    """Only implementations of that world are handed in."""
    run = pytest_run(f"--world={world}", "--collect-only", "-q", folder=tmp_path)
    ids = [line.partition("[")[2] for line in run.out.splitlines() if "::test_check[" in line]
    assert run.code == 0, run.out
    assert len(ids) > 50
    assert all(name.startswith(start) for name in ids)


def test_an_unknown_world_is_refused(tmp_path: Path) -> None:
    """The message names those that there are."""
    run = pytest_run("--world=jax", "--collect-only", folder=tmp_path)
    assert run.code == 4
    assert all(world in run.out for world in ("numpy", "torch", "keras3", "tf1"))


def test_lines_of_the_ledger() -> None:
    """A head and a row for each implementation, in columns."""
    ledger = Ledger()
    assert ledger.lines() == []
    ledger.plan("a", 3, 1)
    ledger.plan("longer", 1, 0)
    for name, status in (("a", "passed"), ("a", "passed"), ("a", "failed"), ("longer", "skipped")):
        ledger.note(name, status, 5 if status == "failed" else 0)
    assert ledger.lines() == [
        "implementation  passed  failed  skipped  not claimed  expected  not judged",
        "a                    2       1        0            1         3           5",
        "longer               0       0        1            0         1           0",
    ]
    assert ledger.missing() == []
    ledger.plan("b", 2, 0)
    ledger.note("b", "passed")
    assert ledger.missing() == ["b"]

"""bubblewrap, where this Python may make no namespaces: it is trusted with care, and holds attacks."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rnncheck.worker import bubblewrap
from rnncheck.worker.client import Session
from rnncheck.worker.errors import RefusedError
from rnncheck.worker.limits import Limits
from rnncheck.worker.servers import Servers
from rnncheck.worker.tiers import CERTIFIED, WRAPPED
from tests.attacking import ATTACKS, FULL, Arena, baseline, honest, processes, run, status
from tests.judging import home
from tests.test_servers import STEP, H, answered, gone, settled_without, step

pytestmark = home("numpy")

HERE = Path(__file__).resolve().parent
MAIN = (
    *("reads_the_secret", "climbs_out_by_proc", "imports_the_reference"),
    *("reads_others_environment", "writes_the_results", "fills_the_disk", "takes_all_inodes"),
    *("kills_the_judge", "leaves_a_daemon", "connects", "takes_a_namespace", "carries_files"),
    *("unfilters_itself", "patches_the_server", "loops", "kills_itself"),
)
FEW = "reads_the_secret or takes_all_inodes or leaves_a_daemon or apart"


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Give servers whose workers bubblewrap starts: as they come where nothing else is allowed."""
    with Servers([CERTIFIED]) as own:
        refused = own.tier("numpy") != "certified"
    with Servers() if refused else Servers([WRAPPED]) as found:
        if found.layers("numpy") != WRAPPED:
            pytest.skip(f"bubblewrap is not at hand: {found.refused['numpy'][WRAPPED.title]}")
        yield found


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    """Give what must not be reached."""
    with Arena(tmp_path / "judge") as found:
        yield found


@pytest.mark.parametrize("name", MAIN)
def test_attack_is_held_by_bubblewrap(name: str, servers: Servers, arena: Arena) -> None:
    """It ends as without bubblewrap, reaches nothing, leaves nothing; the next file is judged."""
    attack, most = ATTACKS[name], baseline(servers, "numpy")
    before = processes() - servers.waiting()
    source, runs = arena.source(name), 1 + attack.twice
    reports = [run(servers, source, "numpy", waits=attack.waits) for _ in range(runs)]
    assert [arena.reached(report) for report in reports] == [[] for _ in reports]
    report = reports[-1]
    assert status(report) == (attack.hardened or attack.status), report
    assert report.mark is not None
    assert report.mark <= most < FULL
    assert (report.tier, report.isolation) == ("certified", "bubblewrap")
    assert settled_without(servers, before) == set()
    assert honest(servers) == FULL


def test_workers_are_apart(servers: Servers) -> None:
    """Each has a start, a process and a folder of its own; the next one is started ahead."""
    mark = b"import os, sys\nassert not hasattr(sys, 'mine')\nsys.mine = 1\n"
    mark += b"assert os.listdir('.') == []\nopen('mine', 'w').close()\n" + STEP
    waiting = set[int]()
    for _ in range(2):
        with Session.start("numpy", servers=servers) as session:
            loaded = session.load_source("numpy_functions", mark, "mine.py", ["forward"])
            waiting = servers.waiting()
            assert loaded.missing == ()
            assert session.link.pid not in waiting
            assert np.array_equal(step(session)["outputs"], step(session)["state.h"])
        gone(session.link.pid)
    with Session.start("numpy", servers=servers, limits=Limits(memory_mib=100)):
        assert not waiting & servers.waiting()
    assert answered(servers)


def test_each_thread_has_its_own(servers: Servers) -> None:
    """Threads of a judge share what starts workers, and never a worker."""
    pids: list[int] = []

    def work() -> None:
        for _ in range(2):
            with Session.start("numpy", servers=servers) as session:
                pids.append(session.link.pid)
                assert np.array_equal(step(session)["outputs"], H)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({*pids}) == 6


def test_too_much_in_the_folder_ends_the_worker(servers: Servers) -> None:
    """A thousand files are told as such: bubblewrap mounts without a limit on their number."""
    text = b"for n in range(1_000_000): open(str(n), 'w').close()\n" + STEP
    with Session.start("numpy", servers=servers) as session:
        with pytest.raises(Exception, match="thousand files"):
            session.load_source("numpy_functions", text, "mine.py", ["forward"])


def told(arguments: list[str]) -> str:
    """Run pytest on this file where namespaces are refused, and return what it says."""
    tests = [
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        str(HERE / "test_bubblewrap.py"),
    ]
    given = {**os.environ, "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments, *tests, "-k", FEW]
    done = subprocess.run(command, cwd=HERE.parent, env=given, capture_output=True, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said[-4000:]
    return said


@pytest.mark.parametrize("how", ["filter", "setuid"])
def test_bubblewrap_is_taken_where_namespaces_are_refused(how: str, servers: Servers) -> None:
    """As where AppArmor refuses them to an ordinary user, or where it is setuid root."""
    del servers  # without bubblewrap this is skipped
    root = not os.geteuid()
    if how == "setuid" and not root:
        pytest.skip("only root can make a program setuid root")
    nobody = [str(HERE / "as_nobody.py")] if root and how == "filter" else []
    said = told([*nobody, str(HERE / "refused.py"), how])
    passed = re.search(r"(\d+) passed", said)
    assert passed, said
    assert int(passed[1]) == FEW.count(" or ") + 1, said


def test_program_of_somebody_else_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one in a folder that others may change, nor by a relative path."""
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "_PLACES", ())
    monkeypatch.setenv("PATH", f"relative:{tmp_path}")
    tmp_path.chmod(0o777)
    with pytest.raises(RefusedError, match="somebody else than root can change"):
        bubblewrap.find()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".:")
    with pytest.raises(RefusedError, match="not installed"):
        bubblewrap.find()

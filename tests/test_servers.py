"""Fork servers: what they give, how they are renewed, and what becomes of those that are lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.worker import servers as module
from rnncheck.worker.client import Session
from rnncheck.worker.errors import WorkerError
from rnncheck.worker.limits import Limits
from rnncheck.worker.servers import Servers
from tests.attacking import pairs, processes, settled
from tests.judging import home

pytestmark = home("numpy")

SPEC = Spec("elman", input_size=2, hidden_sizes=(4,), biases="none")
PARAMS: Arrays = {"weight_ih": np.ones((1, 4, 2)), "weight_hh": np.ones((1, 4, 4))}
X, H = np.ones((3, 2)), np.arange(12.0).reshape(3, 4)
STEP = b"def forward(params, x, state): return state, state"
ROOT = Path(__file__).resolve().parents[1]
CHILDREN = 500
GROWTH_KIB = 8 << 10


@pytest.fixture
def others() -> set[int]:
    """Give the processes that were there before."""
    return processes()


@pytest.fixture
def servers(others: set[int]) -> Iterator[Servers]:
    """Give servers that shut workers in; nothing of them is left afterwards."""
    with Servers() as found:
        if found.tier("numpy") == "practice":
            pytest.skip(f"workers cannot be shut in here: {found.refused}")
        yield found
    assert settled(others) == set()


def step(session: Session) -> Arrays:
    """Compute a step of a submission."""
    loaded = session.load_source("numpy_functions", STEP, "mine.py", ["forward"])
    return loaded.bind(SPEC, PARAMS).step(X, {"h": H})


def answered(servers: Servers) -> bool:
    """Say whether a new worker gives right numbers."""
    with Session.start("numpy", servers=servers) as session:
        return np.array_equal(step(session)["outputs"], H)


def gone(pid: int) -> None:
    """Wait until a process is there no more."""
    until = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, pid
        time.sleep(0.01)


def test_worker_is_a_fresh_child(servers: Servers) -> None:
    """What one submission leaves in its process, the next does not find."""
    mark = b"import sys\nassert not hasattr(sys, 'mine')\nsys.mine = 1\n" + STEP
    for _ in range(3):
        with Session.start("numpy", servers=servers) as session:
            session.load_source("numpy_functions", mark, "mine.py", ["forward"])
            assert session.tier == servers.tier("numpy")


def test_next_worker_is_there_before_it_is_asked_for(servers: Servers) -> None:
    """While one works the next is forked; it is given to the next submission under equal limits."""
    with Session.start("numpy", servers=servers):
        (waiting,) = servers.waiting()
    with Session.start("numpy", servers=servers) as session:
        assert session.link.pid == waiting
        (waiting,) = servers.waiting()
    with Session.start("numpy", servers=servers, limits=Limits(memory_mib=100)) as session:
        assert session.link.pid != waiting
        gone(waiting)


def settled_without(servers: Servers, before: set[int]) -> set[int]:
    """Return the processes that are more than before and the one that waits, once there was time."""
    until = time.monotonic() + 3
    while (more := processes() - before - servers.waiting()) and time.monotonic() < until:
        time.sleep(0.01)
    return more


def above(pid: int) -> set[int]:
    """Return the processes of the fork server of a worker."""
    parents, found = dict(pairs()), set[int]()
    while (pid := parents[pid]) != os.getpid():
        found.add(pid)
    return found


def test_fork_server_is_recycled(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many children comes another; those that live keep theirs."""
    monkeypatch.setattr(module, "_MOST_CHILDREN", 3)
    with Session.start("numpy", servers=servers) as old:
        first = above(old.link.pid)
        for _ in range(4):
            assert answered(servers)
        assert first < processes()
        assert np.array_equal(step(old)["outputs"], H)
    for _ in range(4):
        assert answered(servers)
    assert not first & processes()


def test_lost_fork_server_is_replaced(servers: Servers, others: set[int]) -> None:
    """A worker that was lost with its server is no fault of its submission; the next one works."""
    with Session.start("numpy", servers=servers) as session:
        loaded = session.load_source("numpy_functions", STEP, "mine.py", ["forward"])
        for pid in processes() - others - {session.link.pid}:
            os.kill(pid, signal.SIGKILL)
        gone(session.link.pid)
        with pytest.raises(WorkerError, match="the fork server ended"):
            loaded.bind(SPEC, PARAMS)
    assert answered(servers)


def test_required_tier_is_kept() -> None:
    """No worker is given that is shut in less well than is required."""
    with Servers(layers=(), required="hardened") as weak:
        assert weak.tier("numpy") == "practice"
        with pytest.raises(WorkerError, match="hardened is required, and numpy gives practice"):
            Session.start("numpy", servers=weak)


def test_import_that_starts_a_thread_is_refused(tmp_path: Path) -> None:
    """A fork of a process with threads may hang, so such a world is not forked."""
    for entry in Path(np.__file__).parents[1].glob("numpy*"):
        (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "torch").mkdir()
    text = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\n"
    (tmp_path / "torch" / "__init__.py").write_text(text)
    with Servers() as found:
        assert found.tier("torch", site=[tmp_path]) == "practice"
    if sys.platform == "linux":
        assert "2 threads run after the import" in str(found.refused["torch"])


def test_servers_serve_threads(servers: Servers) -> None:
    """Several threads of a judge share a server."""
    good: list[bool] = []

    def work() -> None:
        good.extend(answered(servers) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert good == [True] * 20


def test_killed_judge_leaves_nothing() -> None:
    """However a judge ends, its servers and workers end with it."""
    text = f"""
import importlib.util, json, runpy, sys, time
sys.path.insert(0, {str(ROOT)!r})
if importlib.util.find_spec("rnncheck") is None:
    runpy.run_path({str(ROOT / "conftest.py")!r})
from rnncheck.worker.client import Session
from tests.attacking import processes
with Session.start("numpy") as session:
    print(json.dumps(sorted(processes())), flush=True)
    time.sleep(60)
"""
    command = [sys.executable, "-c", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as judge:
        assert judge.stdout is not None
        started = json.loads(judge.stdout.readline())
        judge.kill()
    assert started
    for pid in started:
        gone(pid)


def test_soak(servers: Servers) -> None:
    """Five hundred children: all right, no descriptor more, no memory more."""
    assert answered(servers)
    descriptors, first = len(os.listdir("/proc/self/fd")), resident()
    assert all(answered(servers) for _ in range(CHILDREN))
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert resident() - first < GROWTH_KIB
    grown = [warm.kib[0] - warm.kib[1] for warm in servers._running.values()]
    assert max(grown) < GROWTH_KIB, grown


def resident() -> int:
    """Return this process's memory in KiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 10

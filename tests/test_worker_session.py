"""A session with a worker: right numbers, its limits, what it shows, and how it ends."""

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.worker.client import Limits, Session
from rnncheck.worker.servers import Servers

SPEC = Spec("elman", input_size=2, hidden_sizes=(4,), biases="single", activation="identity")
PARAMS: Arrays = {
    "weight_ih": np.arange(8.0).reshape(1, 4, 2),
    "weight_hh": np.eye(4).reshape(1, 4, 4),
    "bias_ih": np.ones((1, 4)),
}
X = np.arange(6.0).reshape(3, 2)
H = np.arange(12.0).reshape(3, 4) / 8
STEP = """
import warnings
def forward(params, x, state):
    h = x @ params["weight_ih"].T + state @ params["weight_hh"].T + params["bias_ih"]
    return h, h
"""
USUAL = Limits()
NOT_SHUT_IN = Servers(layers=())
RIGHT = X @ PARAMS["weight_ih"][0].T + H + 1


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep workers' folders apart, and see that none is left."""
    import rnncheck.worker.stage

    rnncheck.worker.stage.code_folder()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Servers() as servers:
        monkeypatch.setattr("rnncheck.worker.client.shared", lambda: servers)
        yield tmp_path
    assert not list(tmp_path.glob("rnncheck-worker-*"))


def step(source: str, limits: Limits = USUAL, dtype: str = "float64") -> Arrays:
    """Run one step of a submission in a session of its own."""
    with Session.start("numpy", limits=limits) as session:
        loaded = session.load_source("numpy_functions", source.encode(), "mine.py", ["forward"])
        return loaded.bind(SPEC, PARAMS, dtype).step(X, {"h": H})


def fault_of(source: str, limits: Limits = USUAL) -> Fault:
    """Return the fault of one step of a submission."""
    with pytest.raises(Fault) as caught:
        step(source, limits)
    return caught.value


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_session_gives_right_numbers(dtype: str) -> None:
    """An honest submission's numbers arrive as they are, in the dtype that was asked for."""
    results = step(STEP, dtype=dtype)
    assert results.keys() == {"outputs", "state.h"}
    assert np.array_equal(results["outputs"], RIGHT)
    assert results["outputs"].dtype == dtype


def test_session_calls_are_answered_one_by_one() -> None:
    """Nothing is remembered between calls: an implementation that counts is seen to count."""
    source = """
count = 0
def forward(params, x, state):
    global count
    count += 1
    return state + count, state
"""
    with Session.start("numpy") as session:
        loaded = session.load_source("numpy_functions", source.encode(), "mine.py", ["forward"])
        bound = loaded.bind(SPEC, PARAMS)
        for count in (1, 2, 3):
            assert np.array_equal(bound.step(X, {"h": H})["outputs"], H + count)


def test_session_binds_again_what_was_dropped() -> None:
    """More bound implementations than a worker holds stay usable, each with its own numbers."""
    with Session.start("numpy") as session:
        loaded = session.load_source("numpy_functions", STEP.encode(), "mine.py", ["forward"])
        scales = [float(n) for n in range(40)]
        bound = [
            loaded.bind(SPEC, {**PARAMS, "bias_ih": np.full((1, 4), scale)}) for scale in scales
        ]
        order = random.Random(1).sample(range(40), 40)
        for n in [*order, 0, 39, 0]:
            got = bound[n].step(X, {"h": H})["outputs"]
            assert np.array_equal(got, RIGHT - 1 + scales[n])


def test_session_narrows_claims() -> None:
    """The claims of an assignment narrow those of the adapter, and never widen them."""
    with Session.start("numpy") as session:
        loaded = session.load_source(
            "numpy_functions", STEP.encode(), "mine.py", ["forward"], claims=["step", "mask"]
        )
        assert loaded.bind(SPEC, PARAMS).claims == {"step"}


def test_session_says_which_names_are_missing() -> None:
    """A file without the function that is bound is not implemented; other names are listed."""
    with Session.start("numpy") as session:
        source = b"def Forward(params, x, state): pass"
        names = ["forward", "backward"]
        loaded = session.load_source("numpy_functions", source, "mine.py", names)
        assert loaded.missing == ("forward", "backward")
        with pytest.raises(Fault, match=r"mine\.py has no function called 'forward'") as caught:
            loaded.bind(SPEC, PARAMS)
        assert caught.value.kind == "not_implemented"
        loaded = session.load_source("numpy_functions", STEP.encode(), "mine.py", names)
        assert loaded.missing == ("backward",)
        bound = loaded.bind(SPEC, PARAMS)
        with pytest.raises(Fault, match="backward") as caught:
            bound.step_vjp(X, {"h": H}, H, {"h": H})
        assert caught.value.kind == "not_implemented"


SLOW = {
    "at load": "while True: pass",
    "in a call": "def forward(params, x, state):\n    while True: pass",
    "asleep, signals blocked": """
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
def forward(params, x, state):
    time.sleep(60)
""",
    "in one operation of C": "def forward(params, x, state):\n    return 9 ** 9 ** 9",
}


@pytest.mark.parametrize("source", SLOW.values(), ids=SLOW)
def test_session_stops_at_the_deadline(source: str) -> None:
    """Whatever does not answer is killed soon after the deadline."""
    began = time.monotonic()
    fault = fault_of(source, Limits(load_s=0.3, call_s=0.3))
    assert fault.kind == "timeout"
    assert "no answer within 0.3 s" in str(fault)
    assert time.monotonic() - began < 5


def test_session_stops_at_the_limit_for_everything() -> None:
    """Many calls, each in time, meet the limit for all of them; the fault then stays."""
    source = (
        "import time\ndef forward(params, x, state):\n    time.sleep(0.2)\n    return state, state"
    )
    with Session.start("numpy", limits=Limits(call_s=10, total_s=1.5)) as session:
        loaded = session.load_source("numpy_functions", source.encode(), "mine.py", ["forward"])
        bound = loaded.bind(SPEC, PARAMS)
        with pytest.raises(Fault, match=r"1\.5 s in all") as caught:
            [bound.step(X, {"h": H}) for _ in range(20)]
        assert caught.value.kind == "timeout"
        with pytest.raises(Fault, match=r"1\.5 s in all") as caught:
            bound.step(X, {"h": H})
        assert caught.value.kind == "timeout"


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_session_limits_memory() -> None:
    """A memory hog is told that memory ran out, and takes no more than it may."""
    source = (
        "def forward(params, x, state):\n    return [bytearray(1 << 20) for _ in range(1 << 20)]"
    )
    fault = fault_of(source, Limits(memory_mib=256))
    assert (fault.kind, str(fault)) == ("error", "mine.py ran out of memory")
    assert "line 2, in forward" in fault.detail


def test_session_shows_prints_and_warnings() -> None:
    """What is printed is counted, warnings are kept as text; neither is a fault."""
    source = """
import os, sys, warnings
import numpy as np
warnings.simplefilter("error")
def forward(params, x, state):
    print("x" * 10_000_000)
    print("y", file=sys.stderr, flush=True)
    os.write(1, b"rnncheck: passed")
    warnings.warn("look")
    np.log(np.zeros(1))
    return state, state
"""
    with Session.start("numpy") as session:
        loaded = session.load_source("numpy_functions", source.encode(), "mine.py", ["forward"])
        bound = loaded.bind(SPEC, PARAMS)
        bound.step(X, {"h": H})
    assert bound.facts["prints"] == 10_000_003
    assert bound.facts["warnings"][0] == "UserWarning: look"
    assert bound.facts["warnings"][1].startswith("RuntimeWarning: divide by zero")


def test_session_keeps_the_judge_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the judge's environment, arguments, folder, input or open files is there."""
    monkeypatch.setenv("GRADING_SEED", "canary")
    source = """
import os, sys
given = {"PYTHONHASHSEED"}
found = [name for name in {*os.environ} - given if "SEED" in name or "PYTHON" in name]
found += sys.argv[1:] + os.listdir(".") + os.listdir(os.environ["HOME"])
found += [sys.stdin.read()] if sys.stdin else []
for fd in range(64):
    try:
        mode = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue
    found += [] if mode == "/dev/null" or mode.startswith("socket:") else [mode]
assert not [f for f in found if f], found
def forward(params, x, state):
    return state, state
"""
    with tempfile.NamedTemporaryFile() as opened:
        os.set_inheritable(opened.fileno(), True)
        assert np.array_equal(step(source)["outputs"], H)


def alive(pid: int) -> bool:
    """Say whether a process runs; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_session_ends_with_all_that_it_started() -> None:
    """Closing a session kills the worker and the children of the submission."""
    source = """
import os, time
child = os.fork()
if not child:
    time.sleep(60)
def forward(params, x, state):
    return state * 0 + child, state
"""
    with Session.start("numpy", servers=NOT_SHUT_IN) as session:
        worker = session.link.pid
        loaded = session.load_source("numpy_functions", source.encode(), "mine.py", ["forward"])
        child = int(loaded.bind(SPEC, PARAMS).step(X, {"h": H})["outputs"].flat[0])
        assert alive(worker)
        assert alive(child)
    deadline = time.monotonic() + 5
    while (alive(worker) or alive(child)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(worker)
    assert not alive(child)
    with pytest.raises(Fault, match="the session is closed"):
        loaded.bind(SPEC, PARAMS)


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_session_leaks_no_descriptors() -> None:
    """After sixty sessions, good, bad and stopped, as many files are open as before."""
    step(STEP)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        fault_of("import os; os._exit(0)")
        with Session.start("numpy"):
            pass
    with Servers() as servers:
        for _ in range(50):
            with Session.start("numpy", servers=servers):
                pass
    assert len(os.listdir("/proc/self/fd")) == before

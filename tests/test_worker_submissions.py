"""Submissions of every bad kind: each is a fault in plain words, and none stops the judge."""

import re

import numpy as np
import pytest

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.worker.client import Session
from rnncheck.worker.proxy import Proxy

SPEC = Spec("lstm", input_size=2, hidden_sizes=(3,))
PARAMS: Arrays = {
    "weight_ih": np.ones((4, 3, 2)),
    "weight_hh": np.ones((4, 3, 3)),
    "bias_ih": np.ones((4, 3)),
    "bias_hh": np.ones((4, 3)),
}
X = np.ones((5, 4, 2))
STATE: Arrays = {"h": np.ones((4, 3)), "c": np.full((4, 3), 2.0)}
FORWARD = """
import numpy as np
def forward(params, x, state):
    outputs = np.zeros((5, 4, 3))
    {}
    return outputs, state
"""


def run(source: str | bytes) -> tuple[Arrays, Proxy]:
    """Run a sequence of a submission in a session of its own."""
    text = source if isinstance(source, bytes) else source.encode()
    with Session.start("numpy") as session:
        loaded = session.load_source("numpy_functions", text, "mine.py", ["forward"])
        bound = loaded.bind(SPEC, PARAMS)
        return bound.sequence(X, STATE), bound


BAD: dict[str, tuple[str | bytes, str, str]] = {
    "empty": ("", "not_implemented", "mine.py has no function called 'forward'"),
    "syntax error": ("x = 1\ndef forward(:", "error", "mine.py is not Python that can be read"),
    "NUL byte": (b"x = 1\0", "error", "mine.py raised"),
    "not UTF-8": (b"# caf\xe9", "error", "mine.py is not UTF-8 text (byte 5); save it as UTF-8"),
    "hidden by utf-7": (
        b"# coding: utf-7\n+AGE-",
        "error",
        "mine.py is not Python that can be read",
    ),
    "parser bomb": ("x = " + "(" * 5000, "error", "mine.py is not Python that can be read"),
    "raises at import": ("1 / 0", "error", "mine.py raised ZeroDivisionError"),
    "SystemExit at import": ("import sys; sys.exit(0)", "error", "mine.py raised SystemExit"),
    "no module": ("import torch", "error", "mine.py raised ModuleNotFoundError"),
    "os._exit at import": ("import os; os._exit(0)", "died", "the process ended: exit code 0"),
    "not a function": ("forward = 3", "error", "forward is int; it must be a function"),
    "SystemExit": (FORWARD.format("raise SystemExit"), "error", "mine.py raised SystemExit"),
    "KeyboardInterrupt": (FORWARD.format("raise KeyboardInterrupt"), "error", "KeyboardInterrupt"),
    "BaseException": (FORWARD.format("raise BaseException"), "error", "mine.py raised BaseExc"),
    "recursion": (FORWARD.format("forward(params, x, state)"), "error", "RecursionError"),
    "os._exit": (FORWARD.format("import os; os._exit(3)"), "died", "exit code 3"),
    "abort": (FORWARD.format("import os; os.abort()"), "died", "it aborted (SIG"),
    "segfault": (
        FORWARD.format("import ctypes; ctypes.string_at(0)"),
        "died",
        "a segmentation fault",
    ),
    "closes its files": (
        FORWARD.format("import os, time; os.closerange(0, 99); time.sleep(60)"),
        "died",
        "it closed the connection",
    ),
    "forges bytes": (
        f"""
import os
{FORWARD.format("[writes(fd) for fd in range(3, 99)]")}
def writes(fd):
    try:
        os.write(fd, b'passed' * 9)
    except OSError:
        pass
""",
        "died",
        "broke the protocol: this is no frame",
    ),
    "forges a reply": (
        """
import gc, socket
from rnncheck.protocol.frame import encode
def forward(params, x, state):
    [s.sendall(encode({"id": "0"}, {})) for s in gc.get_objects() if type(s) is socket.socket]
""",
        "died",
        "broke the protocol: it answered another question",
    ),
    "blames the machine": (
        "from rnncheck.protocol.faults import Fault\nraise Fault('absent', 'PyTorch is away')",
        "error",
        "PyTorch is away",
    ),
    "NotImplementedError": (
        FORWARD.format("raise NotImplementedError('write it')"),
        "not_implemented",
        "mine.py raises NotImplementedError",
    ),
    "pass": ("def forward(*a): pass", "not_implemented", "the call gave back None"),
    "dots": ("def forward(*a): return ...", "not_implemented", "the call gave back None"),
    "None inside": (FORWARD.format("outputs = None"), "not_implemented", "outputs came back as"),
    "too many arguments": ("def forward(x): pass", "error", "called as forward(params, x, s"),
    "one array": ("def forward(p, x, s): return x", "error", "ndarray of shape (5, 4, 2); asked"),
    "four values": ("def forward(*a): return 1, 2, 3, 4", "error", "(outputs, new_state) or"),
    "a generator": ("def forward(*a): yield 1", "error", "generator; asked for: (outputs"),
    "state is one array": (FORWARD.format("state = state[0]"), "error", "the new state as (h, c)"),
    "state lacks c": (FORWARD.format("state = {'h': 1}"), "error", "the new state has no c"),
    "int": (
        FORWARD.format("outputs = outputs.astype(int)"),
        "error",
        "outputs came back as int64; floating point numbers are asked for",
    ),
    "complex": (FORWARD.format("outputs = outputs * 1j"), "error", "complex128 (ndarray); float"),
    "bool": (FORWARD.format("outputs = outputs > 0"), "error", "outputs came back as bool"),
    "text": (FORWARD.format("outputs = 'passed'"), "error", "outputs came back as <U6 (str)"),
    "object": (FORWARD.format("outputs = object()"), "error", "came back as object (object)"),
    "ragged": (FORWARD.format("outputs = [[1], [1, 2]]"), "error", "a list that makes no array"),
    "hostile array": (
        FORWARD.format("outputs = type('A', (), {'__array__': lambda *a, **k: 1 / 0})()"),
        "error",
        "ZeroDivisionError",
    ),
    "too wide": (
        FORWARD.format("outputs = np.zeros((5, 4, 4))"),
        "shape",
        "outputs has shape (5, 4, 4); (5, 4, 3) = (T, B, H) is asked for",
    ),
    "broadcastable": (
        FORWARD.format("outputs = np.zeros((1, 1, 1))"),
        "shape",
        "outputs has shape (1, 1, 1); (5, 4, 3) = (T, B, H) is asked for",
    ),
    "state of one row": (
        FORWARD.format("state = state[0][:1], state[1]"),
        "shape",
        "state.h has shape (1, 3); (4, 3) = (B, H) is asked for",
    ),
    "nine axes": (
        FORWARD.format("outputs = outputs.reshape((1,) * 6 + (5, 4, 3))"),
        "shape",
        "outputs has 9 axes",
    ),
    "huge": (FORWARD.format("outputs = np.zeros((1000, 1000))"), "shape", "far less is asked for"),
}


@pytest.mark.parametrize(("source", "kind", "words"), BAD.values(), ids=BAD)
def test_bad_submission_is_a_fault(source: str | bytes, kind: str, words: str) -> None:
    """Each bad file or result has its kind of fault and says what is wrong."""
    with pytest.raises(Fault, match=re.escape(words)) as caught:
        run(source)
    assert caught.value.kind == kind


def test_fault_shows_the_place_in_the_file_only() -> None:
    """The detail names the lines of the submission, not those of rnncheck or NumPy."""
    source = """
import numpy as np
def forward(params, x, state):
    return matmul(x, state)
def matmul(x, state):
    return np.einsum("tbd,dh->tbh", x, state[0])
"""
    with pytest.raises(Fault) as caught:
        run(source)
    first, second = caught.value.detail.splitlines()[:2]
    assert first == "line 4, in forward"
    assert second.startswith("line 6, in matmul: ValueError: ")
    assert "rnncheck" not in caught.value.detail


def test_fault_of_a_syntax_error_names_the_line() -> None:
    """A syntax error is placed though no frame of the file has run."""
    with pytest.raises(Fault) as caught:
        run("x = 1\ny = = 2")
    assert caught.value.detail == "line 2: SyntaxError: invalid syntax"


@pytest.mark.parametrize(
    "text", ["'\\x1b[2J\\u202e'", "'x' * 10**6", "type('E', (), {'__str__': lambda s: 1 / 0})()"]
)
def test_fault_text_is_bounded_and_printable(text: str) -> None:
    """Escapes, megabytes and a text that raises arrive as a short, printable detail."""
    with pytest.raises(Fault) as caught:
        run(FORWARD.format(f"raise ValueError({text})"))
    assert len(caught.value.detail) < 2100
    assert all(c.isprintable() or c == "\n" for c in caught.value.detail)
    assert "line 5, in forward: ValueError" in caught.value.detail


GOOD = {
    "a list of steps": ("outputs = list(outputs)", np.zeros((5, 4, 3))),
    "nested lists": ("outputs = outputs.tolist()", np.zeros((5, 4, 3))),
    "a matrix": ("state = (np.asmatrix(state[0]), state[1])", np.zeros((5, 4, 3))),
    "big endian": ("outputs = (outputs + 1).astype('>f8')", np.ones((5, 4, 3))),
    "not contiguous": ("outputs = np.ones((3, 4, 5)).T", np.ones((5, 4, 3))),
    "NaN": ("outputs += np.nan", np.full((5, 4, 3), np.nan)),
    "half": ("outputs = np.ones((5, 4, 3), np.float16)", np.ones((5, 4, 3), np.float16)),
    "a dict as state": ("state = {'c': state[1], 'h': state[0]}", np.zeros((5, 4, 3))),
    "a list as state": ("state = [*state]", np.zeros((5, 4, 3))),
}


@pytest.mark.parametrize(("line", "outputs"), GOOD.values(), ids=GOOD)
def test_odd_but_usable_result_arrives(
    line: str, outputs: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> None:
    """Containers, byte orders, strides, NaN and other floating point dtypes arrive as numbers."""
    results, bound = run(FORWARD.format(line))
    assert np.array_equal(results["outputs"], outputs, equal_nan=True)
    assert results["outputs"].dtype == outputs.dtype
    assert np.array_equal(results["state.h"], STATE["h"])
    assert np.array_equal(results["state.c"], STATE["c"])
    assert bound.facts["shapes"] == {}
    assert bound.facts["dtypes"]["outputs"] == outputs.dtype.name


def test_other_shape_of_the_right_size_is_reshaped_and_told() -> None:
    """A result that can be read in the shape asked for is judged too, and its shape is a fact."""
    results, bound = run(FORWARD.format("outputs = np.arange(60.0).reshape(20, 3)"))
    assert np.array_equal(results["outputs"], np.arange(60.0).reshape(5, 4, 3))
    assert bound.facts["shapes"] == {"outputs": [[20, 3], [5, 4, 3]]}


def test_text_of_a_submission_can_be_inspected() -> None:
    """Tools that read a function's source find it, also after linecache was renewed."""
    line = "import inspect, linecache; linecache.updatecache('mine.py', globals())"
    with pytest.raises(Fault) as caught:
        run(FORWARD.format(f"{line}; raise ValueError(inspect.getsource(forward))"))
    assert "ValueError: def forward(params, x, state):" in caught.value.detail


def test_worker_survives_what_a_submission_raises() -> None:
    """After a SystemExit in one call, the next call is answered."""
    source = """
def forward(params, x, state):
    if x[0, 0, 0] == 1:
        raise SystemExit
    return x[..., :1].repeat(3, axis=2), state
"""
    with Session.start("numpy") as session:
        loaded = session.load_source("numpy_functions", source.encode(), "mine.py", ["forward"])
        bound = loaded.bind(SPEC, PARAMS)
        with pytest.raises(Fault, match="SystemExit"):
            bound.sequence(X, STATE)
        assert np.array_equal(bound.sequence(X + 1, STATE)["outputs"], np.full((5, 4, 3), 2.0))

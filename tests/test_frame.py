"""The frame on the wire: what goes in comes out, and what is hostile is refused in bounds."""

import json
import math
import socket
import struct
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnncheck.protocol.frame import (
    DTYPES,
    MAGIC,
    Bounds,
    ClosedError,
    DeadlineError,
    FrameError,
    encode,
    receive,
    send,
)
from rnncheck.protocol.names import Arrays

SHAPES = [(), (0,), (3,), (2, 0, 4), (2, 3), (1,) * 8]
SMALL = Bounds(header=4096, arrays=4, body=1 << 16, names=frozenset({"x", "y"}))


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Give two connected sockets."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def decoded(data: bytes, bounds: Bounds = SMALL) -> tuple[dict[str, Any], Arrays]:
    """Receive bytes after which the sender closes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.close()
        return receive(ours, bounds, time.monotonic() + 5)


def frame(header: object, body: bytes = b"", body_size: int | None = None) -> bytes:
    """Make a frame of any header: text as it is, other things as JSON."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(body) if body_size is None else body_size
    return struct.pack("<4sIQ", MAGIC, len(text), size) + text + body


def table(*rows: object) -> dict[str, object]:
    """Make a header with rows of arrays."""
    return {"meta": {}, "arrays": list(rows)}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("code", sorted(DTYPES))
def test_frame_round_trip(code: str, shape: tuple[int, ...]) -> None:
    """Every dtype and shape comes back equal, writable, aligned and in C order."""
    array = np.arange(math.prod(shape)).reshape(shape).astype(code)
    meta, arrays = decoded(encode({"op": "é", "n": [1, None]}, {"y": np.ones(1), "x": array}))
    got = arrays["x"]
    assert meta == {"op": "é", "n": [1, None]}
    assert got.dtype == array.dtype
    assert got.shape == shape
    assert got.tobytes() == array.tobytes()
    assert type(got) is np.ndarray
    assert got.flags.writeable
    assert got.flags.aligned
    assert got.flags.c_contiguous


def test_frame_keeps_nan_and_the_order_of_elements() -> None:
    """NaN, infinity and -0.0 keep their bits; other byte orders and strides are straightened."""
    odd = np.array([[np.nan, np.inf], [-0.0, 1e-310]])
    _, arrays = decoded(encode({}, {"x": odd, "y": odd.T.astype(">f8")}))
    assert arrays["x"].tobytes() == odd.tobytes()
    assert arrays["y"].tobytes() == odd.T.tobytes()


class Disguise(np.ndarray[Any, Any]):
    """An array that could answer for itself."""


@pytest.mark.parametrize(
    "value",
    [
        np.ones(2, complex),
        np.array([object()]),
        np.array(["text"]),
        np.ones(2, np.longdouble),
        np.ones(2, np.int8),
        np.zeros(2, [("a", "f8")]),
        np.ones(2).view(Disguise),
        np.ma.masked_array([1.0]),
        np.ones((1,) * 9),
        [1.0],
    ],
    ids=lambda value: type(value).__name__ + str(getattr(value, "dtype", "")),
)
def test_frame_refuses_to_send(value: Any) -> None:
    """Other dtypes, subclasses, lists and nine axes are not sent."""
    with pytest.raises(FrameError, match="x "):
        encode({}, {"x": value})


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), {1, 2}])
def test_frame_refuses_meta_that_is_not_json(value: object) -> None:
    """NaN, infinity and objects are no JSON."""
    with pytest.raises(FrameError, match="JSON"):
        encode({"a": value}, {})


HOSTILE = {
    "magic": b"RNC2" + frame(table())[4:],
    "pickle": b"\x80\x04" + bytes(30),
    "header too long": struct.pack("<4sIQ", MAGIC, 1 << 31, 0),
    "body too long": struct.pack("<4sIQ", MAGIC, 2, 1 << 62),
    "not JSON": frame(b"{"),
    "not UTF-8": frame(b'{"meta": {}, "arrays": "\xff"}'),
    "NaN": frame(b'{"meta": {"a": NaN}, "arrays": []}'),
    "Infinity": frame(b'{"meta": {"a": -Infinity}, "arrays": []}'),
    "deep": frame(b"[" * 4000),
    "huge number": frame(b'{"meta": ' + b"9" * 4000 + b', "arrays": []}'),
    "no object": frame([1, 2]),
    "no arrays": frame({"meta": {}}),
    "more keys": frame({**table(), "pass": True}),
    "meta is a list": frame({"meta": [], "arrays": []}),
    "arrays is an object": frame({"meta": {}, "arrays": {}}),
    "too many arrays": frame(table(*[["x", "f8", [0]]] * 5)),
    "a row is no list": frame(table("x")),
    "a row is short": frame(table(["x", "f8"])),
    "name not asked for": frame(table(["z", "f8", [0]])),
    "name is no text": frame(table([["x"], "f8", [0]])),
    "name twice": frame(table(["x", "f8", [0]], ["x", "f8", [0]])),
    "object dtype": frame(table(["x", "O", [0]])),
    "complex dtype": frame(table(["x", "c16", [0]])),
    "dtype is a list": frame(table(["x", ["f8"], [0]])),
    "shape is a number": frame(table(["x", "f8", 3])),
    "shape of floats": frame(table(["x", "f8", [1.0]]), bytes(8)),
    "shape of truths": frame(table(["x", "f8", [True]]), bytes(8)),
    "negative shape": frame(table(["x", "f8", [-1]])),
    "two negatives": frame(table(["x", "f8", [-1, -1]]), bytes(8)),
    "nine axes": frame(table(["x", "f8", [1] * 9]), bytes(8)),
    "huge shape": frame(table(["x", "f8", [1 << 40]]), body_size=1 << 16),
    "huge empty shape": frame(table(["x", "f8", [0, 1 << 62, 1 << 62]])),
    "body too short for the table": frame(table(["x", "f8", [2]]), bytes(8)),
    "body too long for the table": frame(table(["x", "f8", [1]]), bytes(16)),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_frame_refuses(data: bytes) -> None:
    """A hostile frame is a FrameError, and little memory is used to find that out."""
    tracemalloc.start()
    try:
        with pytest.raises(FrameError):
            decoded(data)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


GOOD = encode({"id": "a", "facts": {"shapes": [[1, 2]]}}, {"x": np.ones((2, 3)), "y": np.arange(3)})


@given(st.data())
def test_frame_mutations_are_refused_or_read(data: st.DataObject) -> None:
    """Whatever is done to a frame, it is read within the bounds or refused as one of three."""
    cut = data.draw(st.integers(0, len(GOOD)))
    gone = data.draw(st.integers(0, 8))
    added = data.draw(st.binary(max_size=8) | st.sampled_from([b'"', b"[", b"{", b"9", b"-", b","]))
    mutated = GOOD[:cut] + added + GOOD[cut + gone :]
    try:
        _, arrays = decoded(mutated)
    except (FrameError, ClosedError, DeadlineError):
        return
    assert sum(array.nbytes for array in arrays.values()) <= SMALL.body
    assert arrays.keys() <= {"x", "y"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
rows = st.lists(
    st.tuples(
        st.sampled_from(["x", "y"]) | json_values,
        st.sampled_from(sorted(DTYPES)) | json_values,
        st.lists(st.integers(-2, 5), max_size=9) | json_values,
    )
    | json_values,
    max_size=5,
)


@given(rows | json_values, st.binary(max_size=64))
def test_frame_random_headers_are_refused_or_read(arrays: object, body: bytes) -> None:
    """A well-formed JSON header of any content is read within the bounds or refused."""
    try:
        decoded(frame({"meta": {}, "arrays": arrays}, body))
    except (FrameError, ClosedError):
        return
    assert isinstance(arrays, list)


def test_frame_truncated_is_closed() -> None:
    """A frame that stops halfway is a closed channel, wherever it stops."""
    for size in range(0, len(GOOD), 7):
        with pytest.raises(ClosedError):
            decoded(GOOD[:size])


@pytest.mark.parametrize("size", [0, 10, len(GOOD) - 1])
def test_frame_that_does_not_come_meets_its_deadline(
    pair: tuple[socket.socket, socket.socket], size: int
) -> None:
    """A reader waits no longer than the deadline for the rest of a frame."""
    ours, theirs = pair
    theirs.sendall(GOOD[:size])
    began = time.monotonic()
    with pytest.raises(DeadlineError):
        receive(ours, SMALL, began + 0.05)
    assert time.monotonic() - began < 1.0


def test_frame_that_is_not_taken_meets_its_deadline(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """A writer waits no longer than the deadline for a reader that sleeps."""
    began = time.monotonic()
    with pytest.raises(DeadlineError):
        send(pair[0], bytes(1 << 24), began + 0.05)
    assert time.monotonic() - began < 1.0


def test_frame_to_a_closed_channel(pair: tuple[socket.socket, socket.socket]) -> None:
    """A writer learns that the other side is gone."""
    pair[1].close()
    with pytest.raises(ClosedError):
        send(pair[0], bytes(1 << 16))

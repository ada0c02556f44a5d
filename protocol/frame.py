"""The frame on the wire: a JSON header, then raw arrays; bounded before anything is allocated.

A frame is the magic word, the bytes of the header and of the body (uint32 and uint64, little
endian), a header `{"meta": {...}, "arrays": [[name, dtype, [shape]], ...]}`, and each array's
bytes in that order, little endian, C order. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from rnncheck.protocol.names import Array, Arrays, Shape

MAGIC = b"RNC1"
DTYPES = frozenset({"f2", "f4", "f8", "i4", "i8", "u1", "b1"})
MOST_AXES = 8
BOUND = "bound:"  # before the names of parameters that come with a call
_PREFIX = struct.Struct("<4sIQ")
_Entry = tuple[str, str, Shape]


class FrameError(Exception):
    """What is to be sent, or has come, is no frame, or is more than the bounds allow."""


class DeadlineError(Exception):
    """The deadline passed before the frame was through."""


class ClosedError(Exception):
    """The other side closed the channel."""


@dataclass(frozen=True)
class Bounds:
    """The most that a reader takes.

    Attributes:
        header: bytes of JSON.
        arrays: number of arrays.
        body: bytes of all arrays together.
        names: names that an array may have; None for any.
    """

    header: int = 1 << 18
    arrays: int = 512
    body: int = 1 << 30
    names: frozenset[str] | None = None


def dtype_code(array: Array) -> str:
    """Return kind and size of an array's dtype, as in DTYPES where it may cross: "f8", "b1"."""
    return f"{array.dtype.kind}{array.dtype.itemsize}"


def encode(meta: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Return the bytes of a frame.

    Args:
        meta: plain JSON values, no NaN and no infinity.
        arrays: exact numpy.ndarray, of a dtype of DTYPES in any byte order, 8 axes at most.

    Raises:
        FrameError: something cannot be sent.
    """
    table, parts = [], []
    for name, array in arrays.items():
        if type(array) is not np.ndarray or dtype_code(array) not in DTYPES:
            kind = getattr(array, "dtype", "no dtype")
            raise FrameError(f"{name} is a {type(array).__name__} of {kind}; it cannot be sent")
        if array.ndim > MOST_AXES:
            raise FrameError(f"{name} has {array.ndim} axes; at most {MOST_AXES} can be sent")
        table.append([name, dtype_code(array), list(array.shape)])
        parts.append(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    try:
        text = _WRITER.encode({"meta": dict(meta), "arrays": table})
    except (TypeError, ValueError, RecursionError) as error:
        raise FrameError(f"the header cannot be written as JSON: {error}") from error
    header = text.encode("ascii")
    prefix = _PREFIX.pack(MAGIC, len(header), sum(map(len, parts)))
    return b"".join([prefix, header, *parts])


def send(channel: socket.socket, data: bytes, deadline: float = math.inf) -> None:
    """Send all of the data before the deadline (in seconds of time.monotonic).

    Raises:
        DeadlineError: the other side did not take it in time.
        ClosedError: the other side is gone.
    """
    try:
        channel.settimeout(_left(deadline))
        channel.sendall(data)
    except TimeoutError as error:
        raise DeadlineError("the frame was not taken in time") from error
    except OSError as error:
        raise ClosedError(str(error)) from error


def receive(
    channel: socket.socket, bounds: Bounds, deadline: float = math.inf
) -> tuple[dict[str, Any], Arrays]:
    """Receive one frame: its meta and its arrays, each writable, aligned and in C order.

    Raises:
        FrameError: it is no frame, or exceeds the bounds.
        DeadlineError: it was not complete at the deadline (in seconds of time.monotonic).
        ClosedError: the other side closed the channel.
    """
    magic, header_size, body_size = _PREFIX.unpack(_read(channel, _PREFIX.size, deadline))
    if magic != MAGIC:
        raise FrameError("this is no frame: its first bytes are not the magic word")
    if header_size > bounds.header or body_size > bounds.body:
        raise FrameError(f"{header_size} + {body_size} bytes; that is more than was asked for")
    meta, table = _parse(_read(channel, header_size, deadline), bounds)
    if sum(_size(entry) for entry in table) != body_size:
        raise FrameError("the arrays of the header do not fill the body")
    return meta, _arrays(_read(channel, body_size, deadline), table)


def _left(deadline: float) -> float | None:
    if deadline == math.inf:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineError("the deadline has passed")
    return left


def _fill(channel: socket.socket, view: memoryview, deadline: float) -> None:
    while view:
        try:
            channel.settimeout(_left(deadline))
            count = channel.recv_into(view)
        except TimeoutError as error:
            raise DeadlineError("the frame was not complete in time") from error
        except OSError as error:
            raise ClosedError(str(error)) from error
        if not count:
            raise ClosedError("the other side closed the channel")
        view = view[count:]


def _read(channel: socket.socket, size: int, deadline: float) -> bytearray:
    data = bytearray(size)
    _fill(channel, memoryview(data), deadline)
    return data


def _arrays(body: bytearray, table: list[_Entry]) -> Arrays:
    """Return copies, so that each is aligned and stands alone."""
    found: Arrays = {}
    at = 0
    for entry in table:
        name, code, shape = entry
        kind = np.dtype("<" + code) if code != "b1" else np.dtype(np.uint8)
        count = math.prod(shape)
        flat: Array = np.frombuffer(body, kind, count, at) if count else np.zeros(0, kind)
        found[name] = (flat != 0 if code == "b1" else flat.copy()).reshape(shape)
        at += _size(entry)
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


_WRITER = json.JSONEncoder(allow_nan=False)
_READER = json.JSONDecoder(parse_constant=_no_constant)


def _parse(header: bytearray, bounds: Bounds) -> tuple[dict[str, Any], list[_Entry]]:
    try:
        data = _READER.decode(header.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise FrameError(f"the header is not JSON: {error}") from error
    if not isinstance(data, dict) or data.keys() != {"meta", "arrays"}:
        raise FrameError("the header must hold meta and arrays, and nothing else")
    meta, table = data["meta"], data["arrays"]
    if not isinstance(meta, dict) or not isinstance(table, list) or len(table) > bounds.arrays:
        raise FrameError(f"meta must be an object, arrays a list of at most {bounds.arrays}")
    entries = [_entry(row, bounds) for row in table]
    if len({name for name, _, _ in entries}) != len(entries):
        raise FrameError("two arrays have the same name")
    return meta, entries


def _entry(row: object, bounds: Bounds) -> _Entry:
    if not isinstance(row, list) or len(row) != 3:
        raise FrameError("an array is [name, dtype, shape]")
    name, code, shape = row
    if not isinstance(name, str) or (bounds.names is not None and name not in bounds.names):
        raise FrameError(f"no array called {str(name)[:80]!r} was asked for")
    if not isinstance(code, str) or code not in DTYPES:
        raise FrameError(f"dtype {str(code)[:80]!r}; allowed: {sorted(DTYPES)}")
    if not isinstance(shape, list) or len(shape) > MOST_AXES:
        raise FrameError(f"a shape is a list of at most {MOST_AXES} sizes")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise FrameError("a shape holds whole numbers of at least 0")
    room = math.prod(max(size, 1) for size in shape) * int(code[1:])
    if room > max(bounds.body, int(code[1:])):
        raise FrameError(f"shape {str(shape)[:80]} is more than was asked for")
    return name, code, tuple(shape)


def _size(entry: _Entry) -> int:
    return math.prod(entry[2]) * int(entry[1][1:])

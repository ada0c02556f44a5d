"""Twenty thousand broken frames: each is refused or read within its bounds, and costs little."""

import random
import resource
import socket
import time

import numpy as np

from rnncheck.protocol.frame import Bounds, ClosedError, FrameError, encode, receive
from tests.judging import home

MUTATIONS = 20_000
SEED = 4711
BOUNDS = Bounds(header=4096, arrays=4, body=1 << 16, names=frozenset({"outputs", "state.h"}))
ARRAYS = {"outputs": np.ones((2, 3)), "state.h": np.arange(3.0)}
GOOD = encode({"id": "0123456789abcdef", "facts": {"warnings": ["a"], "shapes": {}}}, ARRAYS)
PIECES = (
    b'"',
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"-1",
    b"1e999",
    b"9" * 400,
    b"NaN",
    b"\\ud800",
    b"\xff",
)


def mutated(data: bytes, draw: random.Random) -> bytes:
    """Change, remove, repeat or insert a few bytes, mostly in the prefix and the header."""
    for _ in range(draw.randint(1, 4)):
        at = min(int(draw.expovariate(1 / 60)), len(data))
        kind = draw.randrange(4)
        if kind == 0:
            data = data[:at] + bytes([draw.randrange(256)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + data[at + draw.randint(1, 16) :]
        elif kind == 2:
            data = data[:at] + data[at : at + draw.randint(1, 16)] * 2 + data[at:]
        else:
            data = data[:at] + draw.choice(PIECES) + data[at:]
    return data


@home("numpy")
def test_broken_frames_are_refused_or_read_in_bounds() -> None:
    """Nothing but the three errors of the frame comes out; memory does not grow."""
    draw, read = random.Random(SEED), 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n in range(MUTATIONS):
        data = mutated(GOOD, draw)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(data)
            theirs.close()
            try:
                meta, arrays = receive(ours, BOUNDS, time.monotonic() + 5)
            except (FrameError, ClosedError):
                continue
        read += 1
        assert type(meta) is dict
        assert arrays.keys() <= ARRAYS.keys(), n
        assert all(type(array) is np.ndarray for array in arrays.values())
        assert sum(array.nbytes for array in arrays.values()) <= BOUNDS.body
    assert 0 < read < MUTATIONS / 2
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 16 << 10, f"{grown} KiB"

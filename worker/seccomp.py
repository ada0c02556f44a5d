"""Seccomp: a filter of system calls, written as the kernel's own byte code.

What is not named in the table is allowed, up to the newest call that the table knows.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import struct
from collections.abc import Sequence

from rnncheck.worker.calls import ALLOWED_IF_OWN, DENIED, NEWEST, REFUSED_IF, SPECIAL
from rnncheck.worker.syscalls import machine, seccomp

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_REFUSE = _FAIL | errno.EPERM
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND, _THIRD = 0, 4, 16, 24, 32  # offsets in struct seccomp_data
_X32 = 0x40000000
_THREAD = 0x10000
_SET_FILTER, _ALL_THREADS = 1, 1


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


@functools.cache
def program(own: int, on: str) -> bytes:
    """Return the filter for a process.

    Args:
        own: the process's id as it sees it: the only one to which it may send signals.
        on: "x86_64" or "aarch64".
    """
    column = list(_ARCHITECTURES).index(on)
    code = [
        *_unless(_EQUAL, _ARCHITECTURES[on], _ARCHITECTURE, _KILL),
        _step(_LOAD, _NUMBER),
        *(_answer(_AT_LEAST, _X32, _KILL) if on == "x86_64" else []),
        *_where(SPECIAL["clone"][column], _ANY_BIT, {_FIRST: _THREAD}),
        *_where(SPECIAL["prlimit64"][column], _EQUAL, {_THIRD: 0, _THIRD + 4: 0}),
        *_answer(_EQUAL, SPECIAL["clone3"][column], _FAIL | errno.ENOSYS),
    ]
    for row in ALLOWED_IF_OWN.values():
        code += _where(row[column], _EQUAL, {_FIRST: own})
    for rows, values in REFUSED_IF.values():
        code += _except(rows[column], _SECOND, values)
    for row_of_two in DENIED.values():
        number = row_of_two[column]
        code += [] if number is None else _answer(_EQUAL, number, _REFUSE)
    code += _answer(_AT_LEAST, NEWEST + 1, _FAIL | errno.ENOSYS)
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def load(own: int) -> None:
    """Put every thread of this process under the filter, for good.

    New privileges must be forbidden already.

    Raises:
        OSError: the kernel refused, or there is no table for this machine.
    """
    code = program(own, machine())
    seccomp(_SET_FILTER, _ALL_THREADS, _Program(len(code) // 8, code))


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _answer(test: int, value: int, answer: int) -> list[bytes]:
    """End with this answer if the loaded value passes the test."""
    return [_step(test, value, 0, 1), _step(_RETURN, answer)]


def _unless(test: int, value: int, offset: int, answer: int) -> list[bytes]:
    """End with this answer unless the value at the offset passes the test."""
    return [_step(_LOAD, offset), _step(test, value, 1, 0), _step(_RETURN, answer)]


def _where(number: int, test: int, values: dict[int, int]) -> list[bytes]:
    """Allow this call where the words at all these offsets pass the test, else refuse it."""
    refuse = [s for at, value in values.items() for s in _unless(test, value, at, _REFUSE)]
    return [_step(_EQUAL, number, 0, len(refuse) + 1), *refuse, _step(_RETURN, _ALLOW)]


def _except(number: int, offset: int, values: Sequence[int]) -> list[bytes]:
    """Refuse this call where the word at the offset is one of these, else allow it."""
    refuse = [step for value in values for step in _answer(_EQUAL, value, _REFUSE)]
    body = [_step(_LOAD, offset), *refuse, _step(_RETURN, _ALLOW)]
    return [_step(_EQUAL, number, 0, len(body)), *body]

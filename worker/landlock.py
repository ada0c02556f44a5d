"""Landlock: what files a process may open and whom it may reach, by rules of the kernel.

The structures and rights are those of Linux's `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterable

from rnncheck.worker.syscalls import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    call,
)

TRUNCATION = 3  # the first version that guards a file against being cut
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # number of rights on files by version; 16 from 5 on
_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_DEVICE, _MAKE_SOCKET, _MAKE_FIFO, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 10, 1 << 11
_MAKE_LINK, _TRUNCATE, _DEVICE_CONTROL = 1 << 12, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL
_NEVER = _EXECUTE | _MAKE_DEVICE | _MAKE_SOCKET | _MAKE_FIFO | _MAKE_BLOCK | _MAKE_LINK
_TCP_AND_SCOPES = (3, 3)  # bind and connect; abstract sockets and signals


def version() -> int:
    """Return the version that the kernel offers, 0 for none."""
    try:
        return call("landlock", LANDLOCK_CREATE_RULESET, None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def ruleset(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Return the descriptor of rules under which only this can be read or changed.

    Args:
        readable: files, and folders with all below; those that are not there are left out.
        writable: the same, to be changed too; in them no program, link, device or socket is made.

    Raises:
        OSError: the kernel has no Landlock.
    """
    offered = version()
    every = (1 << _RIGHTS.get(offered, 16)) - 1
    sizes = 8 if offered < 4 else 16 if offered < 6 else 24
    handled = struct.pack("<QQQ", every, *_TCP_AND_SCOPES)[:sizes]
    rules = call("landlock", LANDLOCK_CREATE_RULESET, handled, sizes, 0)
    for path in readable:
        _allow(rules, path, (_READ | _LIST) & every)
    for path in writable:
        _allow(rules, path, every & ~_NEVER & ~_DEVICE_CONTROL)
    return rules


def restrict(rules: int) -> None:
    """Put this process under the rules for good; new privileges must be forbidden already."""
    call("landlock", LANDLOCK_RESTRICT_SELF, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("<Qi", rights, place)
        call(f"landlock {path}", LANDLOCK_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(place)

"""System calls that Python does not offer, through ctypes; Linux on x86_64 and aarch64."""

from __future__ import annotations

import ctypes
import functools
import os
import platform
from typing import Any

# Numbers that are the same on every architecture.
CLOSE_RANGE = 436
MOUNT_SETATTR = 442
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ADD_RULE = 445
LANDLOCK_RESTRICT_SELF = 446

# Numbers that differ: on x86_64, on aarch64.
_CAPSET = {"x86_64": 126, "aarch64": 91}
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_SECCOMP = {"x86_64": 317, "aarch64": 277}


def machine() -> str:
    """Return "x86_64" or "aarch64".

    Raises:
        OSError: it is another one, for which there is no table.
    """
    name = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if name not in _SECCOMP:
        raise OSError(f"there is no table of system calls for {name}; for: {', '.join(_SECCOMP)}")
    return name


def capset(header: bytes, data: bytes) -> None:
    """Set this thread's capabilities, as the manual page says."""
    call("capset", _CAPSET[machine()], header, data)


def pivot_root(new: str, old: str) -> None:
    """Change the root of this mount namespace, as the manual page says."""
    call("pivot_root", _PIVOT_ROOT[machine()], new.encode(), old.encode())


def seccomp(operation: int, flags: int, program: ctypes.Structure) -> None:
    """Load a filter of system calls, as the manual page says."""
    call("seccomp", _SECCOMP[machine()], operation, flags, ctypes.byref(program))


def call(what: str, number: int, *arguments: Any) -> int:
    """Do a system call by number; whole numbers are passed as long.

    Raises:
        OSError: it failed; the message names `what`.
    """
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return check(what, libc().syscall(ctypes.c_long(number), *passed))


def check(what: str, result: int) -> int:
    """Return what a function of the C library returned.

    Raises:
        OSError: it is negative.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


@functools.cache
def libc() -> ctypes.CDLL:
    """Return the C library of this process."""
    return ctypes.CDLL(None, use_errno=True)

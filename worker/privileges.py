"""Gives up what a process may do: user and group ids, capabilities, new privileges."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from rnncheck.worker.syscalls import capset, check, libc

NOBODY = 65534
_DEATH_SIGNAL, _DUMPABLE, _DROP_BOUND, _NO_NEW_PRIVILEGES, _AMBIENT = 1, 4, 24, 38, 47
_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522


def become_nobody() -> None:
    """Change from root to an ordinary user without groups; do nothing for an ordinary user."""
    if os.geteuid():
        return
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    check("prctl", libc().prctl(_DUMPABLE, 1, 0, 0, 0))  # else /proc/self stays root's


def drop_capabilities() -> None:
    """Give up every capability, in all five sets.

    Raises:
        OSError: the system refused.
    """
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    may_bound = _effective()
    for capability in range(last + 1):
        if may_bound:
            check("prctl", libc().prctl(_DROP_BOUND, capability, 0, 0, 0))
    check("prctl", libc().prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0))
    capset(struct.pack("<Ii", _CAPABILITY_VERSION_3, 0), bytes(24))


def forbid_new_privileges() -> None:
    """See that no program that is started, ever has more privileges than this process."""
    check("prctl", libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))


def die_with_parent() -> None:
    """Be killed when the parent ends; to be called after every change of ids."""
    check("prctl", libc().prctl(_DEATH_SIGNAL, 9, 0, 0, 0))


def _effective() -> bool:
    status = Path("/proc/self/status").read_text()
    return any(int(line[7:], 16) for line in status.splitlines() if line.startswith("CapEff"))

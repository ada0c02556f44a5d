"""Namespaces of a process: who it is, what it is mounted on, whom it sees, whom it reaches."""

from __future__ import annotations

import os
from pathlib import Path

from rnncheck.worker.privileges import NOBODY
from rnncheck.worker.syscalls import check, libc

MOUNTS, UTS, IPC, USER, PIDS, NET = 0x20000, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30
OWN = MOUNTS | UTS | IPC | PIDS | NET

READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18
_DETACH = 2


def unshare(kinds: int) -> None:
    """Leave the namespaces of these kinds for new ones; of PIDS, the next child is the first.

    Raises:
        OSError: the system refused.
    """
    check(f"unshare({kinds:#x})", libc().unshare(kinds))


def unshare_user() -> None:
    """Leave the user namespace for a new one with every capability in it; be nobody there.

    Raises:
        OSError: the system refused.
    """
    user, group = os.geteuid(), os.getegid()
    unshare(USER | MOUNTS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} {group} 1")


def rejoin(namespace: int, kind: int) -> None:
    """Enter the namespace that a file descriptor stands for."""
    check("setns", libc().setns(namespace, kind))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Show a file system in a folder, as the manual page of this call says.

    Raises:
        OSError: the system refused.
    """
    arguments = (source.encode(), target.encode(), kind.encode() or None, flags, options.encode())
    check(f"mount {source} on {target}", libc().mount(*arguments))


def bind(source: str, target: str) -> None:
    """Show a file or folder, and what is mounted in it, in a second place."""
    mount(source, target, "", BIND | RECURSIVE)


def detach(target: str) -> None:
    """Unmount, with all that is mounted below."""
    check(f"umount {target}", libc().umount2(target.encode(), _DETACH))

"""The files that a worker sees: a new root with a few old places in it, all read-only."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from rnncheck.worker import namespaces
from rnncheck.worker.namespaces import NO_DEVICES, NO_EXEC, NO_SUID
from rnncheck.worker.syscalls import MOUNT_SETATTR, call, pivot_root

SCRATCH = "/scratch/tmp"  # writable; a rule on its parent holds for whatever is mounted there
PROC = "/fresh/proc"
BYTES, FILES = 16 << 20, 1 << 10  # that the scratch folder may hold
_SCRATCH_OPTIONS = f"size={BYTES},nr_inodes={FILES},mode=0777"
_HERE, _WHOLE_TREE = -100, 0x8000
_SAFE = NO_SUID | NO_DEVICES | NO_EXEC


@dataclass(frozen=True)
class View:
    """What a worker may read.

    Attributes:
        readable: files and folders, by paths as the worker names them.
        covered: folders in them that are not shown, but for entries that are readable again.
        links: symbolic links at the root, with their targets.
    """

    readable: tuple[str, ...]
    covered: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the view as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the view of `to_json`."""
        links = tuple((name, target) for name, target in data["links"])
        return cls(tuple(data["readable"]), tuple(data["covered"]), links)

    def uncovered(self) -> list[str]:
        """Return what is readable as a list of paths without anything to be left out."""
        return [place for path in self.readable for place in _around(path, self.covered)]


def build(view: View, root: str) -> None:
    """Make the new root on a folder, in a mount namespace of one's own, and enter it.

    Raises:
        OSError: the system refused.
    """
    namespaces.mount("none", "/", "", namespaces.PRIVATE | namespaces.RECURSIVE)
    namespaces.mount("tmpfs", root, "tmpfs", NO_SUID, "size=1m,mode=0755")
    for path in view.readable:
        _show(root, path, view.covered)
    for name, target in (("/proc", PROC), *view.links):
        os.symlink(target, root + name)
    for path in (PROC, SCRATCH):
        os.makedirs(root + path, 0o755)
    read_only = struct.pack("<QQQQ", namespaces.READ_ONLY | NO_SUID, 0, 0, 0)
    place = (_HERE, root.encode(), _WHOLE_TREE, read_only, len(read_only))
    call("mount_setattr", MOUNT_SETATTR, *place)
    namespaces.bind("/proc", root + PROC)  # an own one can be mounted only where one is seen
    os.chdir(root)
    pivot_root(".", ".")
    namespaces.detach(".")
    os.chdir("/")


def renew() -> None:
    """Mount an own /proc and an empty scratch folder, and go there."""
    try:
        namespaces.mount("proc", PROC, "proc", _SAFE)
    except OSError:  # where parts of /proc are hidden, as in a container, none is better
        namespaces.mount("tmpfs", PROC, "tmpfs", _SAFE, "size=4k")
    namespaces.mount("tmpfs", SCRATCH, "tmpfs", NO_SUID | NO_DEVICES, _SCRATCH_OPTIONS)
    os.chdir(SCRATCH)


def _show(root: str, path: str, covered: Sequence[str]) -> None:
    target = root + path
    if os.path.lexists(target) or not os.path.exists(path):
        return
    if os.path.isdir(path):
        os.makedirs(target, 0o755)
    else:
        os.makedirs(os.path.dirname(target), 0o755, exist_ok=True)
        os.close(os.open(target, os.O_CREAT, 0o644))
    namespaces.bind(os.path.realpath(path), target)
    for folder in covered:
        if folder.startswith(path + "/") and os.path.isdir(folder):
            namespaces.mount("tmpfs", root + folder, "tmpfs", NO_SUID, "size=1m,mode=0755")


def _around(path: str, covered: Sequence[str]) -> list[str]:
    inside = [folder for folder in covered if folder.startswith(path + "/")]
    if not inside:
        return [] if path in covered else [path]
    entries = [f"{path}/{name}" for name in sorted(os.listdir(path))]
    return [place for entry in entries for place in _around(entry, inside)]

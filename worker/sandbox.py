"""What a child of the fork server does before it reads a byte of a submission."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from rnncheck.worker import landlock, namespaces, seccomp, view
from rnncheck.worker.confine import confine
from rnncheck.worker.privileges import (
    become_nobody,
    die_with_parent,
    drop_capabilities,
    forbid_new_privileges,
)
from rnncheck.worker.syscalls import CLOSE_RANGE, call
from rnncheck.worker.tiers import Layers
from rnncheck.worker.view import View

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_OWN_PROC = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat")
_MOUNTED = ((os.path.dirname(view.PROC),), os.path.dirname(view.SCRATCH))  # see view.SCRATCH
_OF_OTHERS = namespaces.MOUNTS | namespaces.UTS | namespaces.IPC | namespaces.NET


def rules(shown: View, layers: Layers, scratch: str) -> int | None:
    """Return Landlock's rules as a descriptor; None without that layer.

    Args:
        shown: what may be read.
        layers: with namespaces of ours, /proc is that of the worker alone.
        scratch: the folder that may be changed.
    """
    if not layers.landlock:
        return None
    if not layers.namespaces and landlock.version() < landlock.TRUNCATION:
        least = landlock.TRUNCATION
        raise OSError(
            f"without namespaces landlock {least} is needed; here is {landlock.version()}"
        )
    alone = layers.namespaces and not layers.bubblewrap
    proc, place = _MOUNTED if alone else (_OWN_PROC, scratch)
    return landlock.ruleset([*shown.uncovered(), *proc], [place, "/dev/null"])


def enter(
    layers: Layers,
    shown: View,
    ready: int | None,
    scratch: str,
    limits: tuple[int, float],
    keep: int,
) -> None:
    """Shut this process in, for good; it must have one thread.

    Args:
        layers: see Layers.
        shown: what may be read; in place already where there are namespaces.
        ready: the descriptor of rules that were made before; None to make them here.
        scratch: the folder that may be changed.
        limits: memory in MiB, processor time in seconds.
        keep: the one descriptor that stays open beside 0, 1 and 2.

    Raises:
        OSError: a layer is not to be had.
    """
    os.setsid()
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    if layers.namespaces and not layers.bubblewrap:
        namespaces.unshare(_OF_OTHERS)
        view.renew()
    else:
        os.chdir(scratch)
        become_nobody()
    os.environ.update(HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=scratch)
    tempfile.tempdir = scratch
    made = ready if ready is not None else rules(shown, layers, scratch)
    _close_all_but(keep, made)
    drop_capabilities()
    forbid_new_privileges()
    die_with_parent()
    confine(*limits)
    if made is not None:
        landlock.restrict(made)
    if layers.seccomp:
        seccomp.load(os.getpid())


def _close_all_but(*kept: int | None) -> None:
    first = 3
    for kept_one in sorted(one for one in kept if one is not None):
        if kept_one > first:
            call("close_range", CLOSE_RANGE, first, kept_one - 1, 0)
        first = kept_one + 1
    call("close_range", CLOSE_RANGE, first, 0xFFFFFFFF, 0)

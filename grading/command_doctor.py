"""`rnncheck doctor`: how well this machine can shut in a stranger's code, and what it lacks."""

from __future__ import annotations

import argparse
import os
import platform
import re
from pathlib import Path

from rnncheck.grading.escape import line
from rnncheck.protocol.faults import Fault
from rnncheck.worker import bubblewrap
from rnncheck.worker.errors import RefusedError, WorkerError
from rnncheck.worker.landlock import version
from rnncheck.worker.servers import Servers
from rnncheck.worker.stage import WORLDS
from rnncheck.worker.tiers import ISOLATION, MEANING, TIERS

CODES = {"certified": 0, "hardened": 3, "practice": 4}
_REMEDIES = {
    "on Linux only": "grade on Linux, or in a Linux machine inside this one",
    "unshare": "allow user namespaces: sysctl -w user.max_user_namespaces=15000; on Ubuntu from "
    "23.10 sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 or an AppArmor profile for "
    "this Python; in Docker --security-opt seccomp=unconfined --security-opt apparmor=unconfined",
    "landlock": "Landlock needs Linux 5.13, hardened Linux 6.2, and landlock in the kernel's lsm= "
    "list (cat /sys/kernel/security/lsm)",
    "bubblewrap is not installed": "bubblewrap may make namespaces where this Python may not, at the "
    "price of a start for each submission: apt install bubblewrap, or dnf install bubblewrap",
    "is not used: somebody else": "chown root and chmod go-w that file and the folders above it, or "
    "install bubblewrap by the system's own packages",
    "bwrap cannot make": "it needs user namespaces too, unless AppArmor has a profile for it "
    "(Ubuntu: apt install apparmor-profiles, then enable bwrap-userns-restrict) or it is setuid root",
    "mount_setattr": "the view of files needs Linux 5.12",
    "table of system calls": "seccomp is written for x86_64 and aarch64",
}
_PRIVATE = re.compile(r"Permission denied: '([^']+)'")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--world",
        choices=(*WORLDS, "all"),
        default="numpy",
        help="where to try it; every world gives the same unless a package is in the way",
    )


def run(arguments: argparse.Namespace) -> int:
    """Tell, and return the exit code of the weakest tier: 0 certified, 3 hardened, 4 practice."""
    who = "root" if not getattr(os, "geteuid", lambda: 1)() else "an ordinary user"
    print(f"{platform.system()} {platform.release()} {platform.machine()}, as {who}")
    print(f"Landlock version {version() or 'none'}, Python {platform.python_version()}")
    print(_bubblewrap())
    with Servers() as servers:
        worlds = WORLDS if arguments.world == "all" else (arguments.world,)
        tiers = [tier for world in worlds if (tier := _tell(servers, world))]
    return CODES[min(tiers, key=TIERS.index)] if tiers else CODES["practice"]


def _tell(servers: Servers, world: str) -> str:
    try:
        layers = servers.layers(world)
    except (Fault, WorkerError) as error:
        print(f"\n{world}: {line(error)}")
        return ""
    tier = layers.tier
    print(f"\n{world}: {tier} ({MEANING[tier]})\n  {ISOLATION[layers.isolation]}")
    for better, reason in servers.refused.get(world, {}).items():
        where = better if better != tier else f"{tier} by namespaces of its own making"
        print(f"  not {where}: {line(reason)}")
        for remedy in _remedies(reason):
            print(f"    {line(remedy)}")
    return tier


def _bubblewrap() -> str:
    try:
        path = bubblewrap.find()
    except RefusedError as error:
        return f"{line(error)}; it is of use where this Python may not make namespaces"
    return f"{line(bubblewrap.version(path))} at {line(path)}, used where this Python may make no namespaces"


def _remedies(reason: str) -> list[str]:
    found = [remedy for sign, remedy in _REMEDIES.items() if sign in reason]
    private = _PRIVATE.search(reason)
    if private is None:
        return found
    folder, mode = closed(Path(private[1]))
    return [
        *found,
        f"as root, hardened runs workers as nobody, who cannot pass {folder} (mode {mode:o}) on the "
        f"way to this Python. Either chmod o+x {folder}, which lets others pass and not list it; or "
        "install Python and rnncheck in an open folder, such as /opt; or run rnncheck as the "
        "ordinary user whose Python it is",
    ]


def closed(path: Path) -> tuple[Path, int]:
    """Return the topmost folder on the way that others may not pass, or the path, and its mode."""
    modes = [(f, f.stat().st_mode & 0o7777) for f in [*reversed(path.parents), path]]
    return next((one for one in modes if not one[1] & 1), modes[-1])

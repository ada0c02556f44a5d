"""Without a layer, attacks reach what they want: the corpus bites, and each layer holds something."""

import os
from pathlib import Path

import pytest

from rnncheck.worker.servers import Servers
from rnncheck.worker.tiers import CERTIFIED, HARDENED, Layers
from tests.attacking import Arena, Servant, run
from tests.judging import home

LANDLOCK = "reads_the_secret", "reads_a_golden_trace", "reads_other_submissions"
SECCOMP = "odd_sockets", "takes_a_namespace", "memory_files", "leaves_a_daemon"
PROCESSES = ("reads_others_environment",)
REACHED = {"told the secret", "said that it had got through", "changed files"}


def through(layers: Layers, names: tuple[str, ...], folder: Path) -> set[str]:
    """Return the attacks that reach something in these layers."""
    with Servant([layers]) as servers, Arena(folder / "judge") as arena:
        found = set()
        for name in names:
            report = run(servers, arena.source(name), "numpy")
            if REACHED & {*arena.reached(report)}:
                found.add(name)
        return found


def outside() -> None:
    """Skip where root's workers cannot reach the interpreter without namespaces."""
    with Servers([HARDENED]) as servers:
        if servers.tier("numpy") != "hardened":
            pytest.skip(f"run as an ordinary user alone: {servers.refused['numpy']['hardened']}")


@home("numpy")
def test_without_landlock(tmp_path: Path) -> None:
    """The judge's files are read where nothing else hides them."""
    outside()
    assert through(HARDENED, LANDLOCK, tmp_path / "with") == set()
    layers = Layers(namespaces=False, landlock=False)
    assert through(layers, LANDLOCK, tmp_path / "without") == {*LANDLOCK}
    if os.geteuid():  # the judge's processes belong to the same user
        assert through(layers, PROCESSES, tmp_path / "processes") == {*PROCESSES}


@home("numpy")
def test_without_seccomp(tmp_path: Path) -> None:
    """Processes, sockets, namespaces and files without a name are made."""
    assert through(CERTIFIED, SECCOMP, tmp_path / "with") == set()
    assert through(Layers(seccomp=False), SECCOMP, tmp_path / "without") == {*SECCOMP}


@home("numpy")
def test_without_namespaces(tmp_path: Path) -> None:
    """The scratch folder is one of the machine's; files are in sight for Landlock to hide."""
    outside()
    names = ("takes_all_inodes",)
    assert through(CERTIFIED, names, tmp_path / "with") == set()
    assert through(HARDENED, names, tmp_path / "without") == {*names}
    layers = Layers(landlock=False)
    assert through(layers, (*LANDLOCK, *PROCESSES), tmp_path / "alone") == set()

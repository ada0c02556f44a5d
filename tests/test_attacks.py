"""Attacks: none reaches what it wants, none earns more than an honest wrong file."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnncheck.worker.servers import Servers
from rnncheck.worker.tiers import HARDENED, TIERS
from tests.attacking import (
    ATTACKS,
    FOLDER,
    FULL,
    Arena,
    baseline,
    honest,
    processes,
    run,
    settled,
    status,
)
from tests.judging import home

HERE = Path(__file__).resolve().parent
PACKAGES = {"numpy": "numpy", "torch": "torch", "keras3": "keras"}
EACH = [pytest.param(name, marks=home(attack.world)) for name, attack in ATTACKS.items()]
ALSO = (
    *("reads_the_secret", "links_to_the_secret", "climbs_out_by_proc", "reads_a_golden_trace"),
    *("reads_the_judges_memory", "reads_others_environment", "takes_descriptors_of_processes"),
    *("writes_the_results", "plants_start_up_files", "connects", "connects_by_name", "listens"),
    *("forks", "runs_a_program", "kills_everybody", "kills_the_judge", "leaves_a_daemon"),
    *("takes_a_namespace", "mounts", "becomes_root", "unfilters_itself", "takes_all_memory"),
    *("patches_the_server", "writes_a_verdict", "imports_the_reference", "loops", "random_answers"),
    *("signals_by_a_descriptor", "keeps_others_from_a_file", "marks_files"),
)
NO_TIER = "workers cannot be shut in here; rnncheck doctor says why"


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Give one fork server for each world."""
    with Servers() as found:
        yield found


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    """Give what must not be reached."""
    with Arena(tmp_path / "judge") as found:
        yield found


@pytest.mark.parametrize("name", EACH)
def test_attack_is_held(name: str, servers: Servers, arena: Arena) -> None:
    """It ends as the table says, reaches nothing, leaves nothing; the next file is judged well."""
    attack = ATTACKS[name]
    if importlib.util.find_spec(PACKAGES[attack.world]) is None:
        pytest.skip(f"{attack.world} is not installed")
    tier = servers.tier(attack.world)
    if TIERS.index(tier) < TIERS.index(attack.tier):
        pytest.skip(NO_TIER)
    most = baseline(servers, attack.world, attack.assignment)
    before = processes() - servers.waiting()
    source, world, asked = arena.source(name), attack.world, attack.assignment
    reports = [
        run(servers, source, world, waits=attack.waits, assignment=asked)
        for _ in range(1 + attack.twice)
    ]
    assert [arena.reached(report) for report in reports] == [[] for _ in reports]
    report = reports[-1]
    hardened = attack.hardened if tier == "hardened" else ""
    assert status(report, attack.check) == (hardened or attack.status), report
    assert report.mark is not None
    assert report.mark <= most < FULL
    assert report.tier in (tier, "")  # none where reading was enough
    assert settled(before | servers.waiting()) == set()
    assert honest(servers, attack.world) == FULL


@pytest.fixture(scope="module")
def hardened() -> Iterator[Servers]:
    """Give a fork server without namespaces."""
    with Servers([HARDENED]) as found:
        if found.tier("numpy") != "hardened":
            reason = found.refused["numpy"]["hardened"]
            pytest.skip(f"only as an ordinary user, which another test is: {reason}")
        yield found


@pytest.mark.parametrize("name", [pytest.param(name, marks=home("numpy")) for name in ALSO])
def test_attack_is_held_without_namespaces(name: str, hardened: Servers, arena: Arena) -> None:
    """A part of them in the hardened tier: one for each way out that a layer closes there."""
    attack, most = ATTACKS[name], baseline(hardened, "numpy")
    before = processes() - hardened.waiting()
    report = run(hardened, arena.source(name), "numpy", waits=attack.waits)
    assert arena.reached(report) == []
    assert status(report) == (attack.hardened or attack.status), report
    assert report.mark is not None
    assert report.mark <= most < FULL
    assert report.tier == "hardened"
    assert settled(before | hardened.waiting()) == set()
    assert honest(hardened) == FULL


@home("numpy")
def test_table_and_folder_agree() -> None:
    """Each file has its row, each row its file; there are at least eighty."""
    files = {path.stem for path in FOLDER.glob("*.py")}
    assert files == ATTACKS.keys()
    assert len(files) >= 80


@home("numpy")
def test_attacks_as_an_ordinary_user(tmp_path: Path) -> None:
    """They are held, too, when rnncheck does not run as root."""
    if os.name != "posix" or os.geteuid():
        pytest.skip("not run by root: the tests above ran as an ordinary user already")
    files = [str(HERE / name) for name in ("test_attacks.py", "test_ablations.py")]
    tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *files, "-k", "held or without"]
    given = {**os.environ, "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(HERE / "as_nobody.py"), *tests, "-m", "home_numpy"]
    done = subprocess.run(command, cwd=HERE.parent, env=given, capture_output=True, check=False)
    said = done.stdout.decode()
    assert done.returncode == 0, said[-4000:]
    passed = re.search(r"(\d+) passed", said)
    assert passed
    assert int(passed[1]) > 100, said[-4000:]

"""What a worker can import: three rooms and named packages, however rnncheck is installed."""

import importlib.util
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import numpy as np
import pytest

from rnncheck.protocol.faults import Fault
from rnncheck.worker.client import Session
from rnncheck.worker.stage import code_folder, site_folders

ROOT = Path(__file__).resolve().parents[1]
ROOMS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"][
    "package-dir"
]
SHOWN = ("rnncheck.protocol", "rnncheck.adapters", "rnncheck.worker")
FORBIDDEN = tuple(sorted(ROOMS.keys() - set(SHOWN)))
TOOLS = ("pytest", "hypothesis", "torch", "tensorflow", "pip", "setuptools", "conftest")

# A submission that raises the names of the modules that it could import.
PROBE = f"""
import importlib
found = []
for name in {("numpy", *SHOWN, *FORBIDDEN, *TOOLS)!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        continue
    found.append(name)
raise ValueError(" ".join(found))
"""
# The judge's side, for an interpreter that has rnncheck in one way or another.
JUDGE = f"""
import importlib.util, runpy, sys
if importlib.util.find_spec("rnncheck") is None:
    runpy.run_path("conftest.py")
import rnncheck.reference
from rnncheck.protocol.faults import Fault
from rnncheck.worker.client import Session
with Session.start("numpy") as session:
    try:
        session.load_source("numpy_functions", {PROBE.encode()!r}, "mine.py", ["forward"])
    except Fault as fault:
        print(rnncheck.reference.__file__, fault.detail, sep="\\n")
"""


def found_in(world: str, adapter: str) -> list[str]:
    """Return what a submission can import in a world of this installation."""
    with Session.start(world) as session, pytest.raises(Fault) as caught:
        session.load_source(adapter, PROBE.encode(), "mine.py", ["forward"])
    return caught.value.detail.rpartition("ValueError: ")[2].split()


def test_numpy_world_shows_three_rooms_and_numpy() -> None:
    """As rnncheck is installed here, a submission sees these four names and no other."""
    assert found_in("numpy", "numpy_functions") == ["numpy", *SHOWN]


def test_torch_world_shows_no_other_room() -> None:
    """Where every package is shown, no room but the three is."""
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    found = found_in("torch", "torch_cell")
    assert {"numpy", "torch", *SHOWN} <= set(found)
    assert not set(FORBIDDEN) & set(found)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rooms, in which a build may leave files."""
    copy = tmp_path_factory.mktemp("sources")
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, copy)
        elif path.name in ROOMS.values():
            shutil.copytree(path, copy / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.parametrize("way", ["clone", "wheel", "editable"])
def test_other_rooms_cannot_be_imported(way: str, sources: Path, tmp_path: Path) -> None:
    """From a bare clone, a wheel and an editable install: three rooms and NumPy, no more."""
    pytest.importorskip("setuptools", reason="the wheels are built by setuptools")
    venv.create(tmp_path / "venv")
    (site,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    for entry in Path(np.__file__).parents[1].glob("numpy*"):
        (site / entry.name).symlink_to(entry)
    if way != "clone":
        build = f"import setuptools.build_meta as b; b.build_{way}({str(tmp_path)!r})"
        subprocess.run([sys.executable, "-c", build], cwd=sources, check=True, capture_output=True)
        (wheel,) = tmp_path.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    python = tmp_path / "venv" / "bin" / "python"
    folder = sources if way == "clone" else tmp_path
    done = subprocess.run([python, "-I", "-c", JUDGE], cwd=folder, check=True, capture_output=True)
    reference, detail = done.stdout.decode().splitlines()[:2]
    home = site / "rnncheck" if way == "wheel" else sources
    assert Path(reference) == home / "reference" / "__init__.py"
    assert detail.rpartition("ValueError: ")[2].split() == ["numpy", *SHOWN]


def test_stage_holds_no_other_file() -> None:
    """The copied code is the three rooms, whole, with no other folder beside them."""
    shown = {name.partition(".")[2] for name in SHOWN}
    assert {path.name for path in code_folder().iterdir()} == {"rnncheck"}
    assert {path.name for path in (code_folder() / "rnncheck").iterdir()} == shown


def test_site_hides_rnncheck_and_path_files(tmp_path: Path) -> None:
    """Traces of an installed rnncheck and files that add paths are not linked; packages are."""
    names = ("rnncheck", "rnncheck-0.1.0.dist-info", "RNNcheck", "__editable__.rnncheck.pth")
    more = ("__editable___rnncheck_finder.py", "_rnncheck_x.so", "a.pth", "rnncheck.egg-link")
    for name in (*names, *more, "numpy", "numpy-2.0.dist-info", "torch", "six.py"):
        (tmp_path / name).mkdir()
    (every,) = site_folders("torch", (tmp_path,))
    assert sorted(path.name for path in every.iterdir()) == [
        "numpy",
        "numpy-2.0.dist-info",
        "six.py",
        "torch",
    ]
    (numpy,) = site_folders("numpy", (tmp_path,))
    assert sorted(path.name for path in numpy.iterdir()) == ["numpy", "numpy-2.0.dist-info"]


def test_stage_is_removed_when_the_process_ends(tmp_path: Path) -> None:
    """A judge leaves no copy behind, and a forked child of it removes nothing."""
    text = """
import os, sys, tempfile
tempfile.tempdir = sys.argv[1]
from rnncheck.worker.stage import code_folder
folder = code_folder()
child = os.fork()
if not child:
    sys.exit(0)
os.waitpid(child, 0)
assert folder.exists()
"""
    conftest = "import importlib.util, runpy\nif importlib.util.find_spec('rnncheck') is None:\n"
    conftest += f"    runpy.run_path({str(ROOT / 'conftest.py')!r})\n"
    subprocess.run([sys.executable, "-c", conftest + text, str(tmp_path)], check=True)
    assert list(tmp_path.iterdir()) == []

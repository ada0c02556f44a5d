"""The wheel: every file of every room is in it, and nothing else."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"][
    "package-dir"
]

pytestmark = pytest.mark.skipif(
    os.environ.get("TOX_ENV_NAME", "numpy") != "numpy",
    reason="the wheel is the same everywhere: built in the numpy environment only",
)


def project_files() -> list[PurePosixPath]:
    """List the project's files: what git knows or would add; without git, all but leftovers."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(git, cwd=ROOT, check=True, capture_output=True, text=True)
        names = listed.stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*")]
    paths = [PurePosixPath(name) for name in names if (ROOT / name).is_file()]
    hidden = {"__pycache__", "build", "dist", "rnncheck.egg-info", ".git", ".tox", ".venv"}
    return [path for path in paths if not hidden.intersection(path.parts)]


def expected_files() -> set[str]:
    """List the rooms' files under the names that they have in a wheel."""
    packages = {folder: name.replace(".", "/") for name, folder in ROOMS.items()}
    return {
        "/".join([packages[path.parts[0]], *path.parts[1:]])
        for path in project_files()
        if path.parts[0] in packages and len(path.parts) > 1
    }


def build_wheel(source: Path, folder: Path) -> set[str]:
    """Build a wheel of `source` in `folder` and list its files."""
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("setuptools") else []
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *isolation, "-w", str(folder)]
    subprocess.run([*pip, str(source)], check=True)
    (wheel,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's files, without what earlier builds left."""
    copy = tmp_path_factory.mktemp("clean") / "clone"
    for path in project_files():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, copy / path)
    return copy


@pytest.fixture(scope="module")
def wheel(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    return build_wheel(clean, tmp_path_factory.mktemp("wheel"))


def test_wheel_holds_every_file_of_the_rooms(wheel: set[str]) -> None:
    """Code, data and py.typed of the nine rooms are all there, and no other file is."""
    shipped = {name for name in wheel if name.startswith("rnncheck/")}
    assert sorted(expected_files() - shipped) == [], "missing: extend package-data"
    assert sorted(shipped - expected_files()) == []


def test_wheel_holds_nothing_but_rnncheck(wheel: set[str]) -> None:
    """Installing it adds one import name: no `tests`, no `adapters`, no solution."""
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"rnncheck"}
    assert [name for name in wheel if "solution" in name] == []


def test_sdist_gives_the_same_wheel(clean: Path, wheel: set[str], tmp_path: Path) -> None:
    """A wheel built from the source archive has the same files."""
    pytest.importorskip("setuptools", reason="the archive is built by setuptools")
    build = f"import setuptools.build_meta as b; b.build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=clean, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"conftest.py", "tox.ini", "constraints.txt", "tests/test_wheel.py"} <= names
    assert build_wheel(archive, tmp_path) == wheel

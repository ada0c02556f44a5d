"""What a worker may see: a copy of three rooms, and links to named entries of site-packages."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

import rnncheck.adapters
import rnncheck.protocol
import rnncheck.worker

ROOMS = (rnncheck.protocol, rnncheck.adapters, rnncheck.worker)
WORLDS: dict[str, tuple[str, ...]] = {
    "numpy": ("numpy",),
    "torch": ("numpy", "torch"),
    "keras3": ("numpy", "tensorflow", "keras"),
    "tf1": ("numpy", "tensorflow", "tf_keras"),
}
_NUMPY_ENTRIES = ("numpy", "numpy.libs", "numpy-*-info")
_HIDDEN = ("rnncheck*", "_rnncheck*", "__editable__*", "*.pth", "*.egg-link", "__pycache__")


@functools.cache
def code_folder() -> Path:
    """Return a folder with `rnncheck/` holding the rooms that a worker needs, and no other.

    It is made once in each process and removed when the process ends.
    """
    root = Path(tempfile.mkdtemp(prefix="rnncheck-stage-"))
    atexit.register(_remove, root, os.getpid())
    for room in ROOMS:
        source = Path(next(iter(room.__path__)))
        shutil.copytree(source, root / "code" / "rnncheck" / room.__name__.rpartition(".")[2])
    return root / "code"


@functools.cache
def site_folders(world: str, shown: tuple[Path, ...] | None = None) -> tuple[Path, ...]:
    """Return folders of links to what the world may import, one for each folder of packages.

    Args:
        world: a key of WORLDS.
        shown: folders of packages to show in place of those of this interpreter.
    """
    sources = _package_folders(world) if shown is None else shown
    root = Path(tempfile.mkdtemp(prefix=f"{world}-", dir=code_folder().parent))
    return tuple(_link(world, source, root / f"site{n}") for n, source in enumerate(sources))


def _package_folders(world: str) -> Sequence[Path]:
    found = [Path(spec) for spec in map(_folder_of, WORLDS[world]) if spec]
    if world != "numpy":
        named = ("site-packages", "dist-packages")
        found += [Path(p) for p in sys.path if os.path.basename(p) in named and os.path.isdir(p)]
    return list(dict.fromkeys(path.resolve() for path in found))


def _folder_of(package: str) -> str | None:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return os.path.dirname(spec.submodule_search_locations[0])


def _link(world: str, source: Path, target: Path) -> Path:
    target.mkdir()
    for entry in _entries(world, source):
        (target / entry.name).symlink_to(entry)
    return target


def _entries(world: str, source: Path) -> Iterator[Path]:
    for entry in source.iterdir():
        hidden = any(fnmatch(entry.name.lower(), pattern) for pattern in _HIDDEN)
        wanted = world != "numpy" or any(fnmatch(entry.name, p) for p in _NUMPY_ENTRIES)
        if wanted and not hidden:
            yield entry


def _remove(root: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(root, ignore_errors=True)

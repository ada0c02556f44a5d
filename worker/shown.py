"""What a worker may read of this machine: the interpreter's library, named packages, no more."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from rnncheck.worker.sandbox import DEVICES
from rnncheck.worker.view import View

_PACKAGES = ("site-packages", "dist-packages")
_FILES = ("/etc/ld.so.cache", "/sys/devices/system/cpu", *DEVICES)


def view_of(code: Path, sites: Sequence[Path]) -> View:
    """Return the view of a worker.

    Args:
        code: the folder with the rooms that a worker needs.
        sites: folders of links to packages, as stage.site_folders gives them.
    """
    standard = list(dict.fromkeys(_standard_library()))
    covered = [f"{folder}/{name}" for folder in standard for name in _PACKAGES]
    entries = [entry for site in sites for entry in sorted(site.iterdir())]
    packages = [os.readlink(entry) for entry in entries if entry.is_symlink()]
    readable = [*standard, *_libraries(), str(code), *map(str, sites), *packages, *_FILES]
    return View(tuple(dict.fromkeys(readable)), tuple(covered), tuple(_root_links()))


def _standard_library() -> Iterator[str]:
    yield os.path.dirname(os.__file__)
    for path in sys.path:
        if os.path.basename(path) == "lib-dynload" and os.path.isdir(path):
            yield path


def _libraries() -> Iterator[str]:
    """Yield folders of shared libraries, and single ones of folders that hold other things."""
    machine = sysconfig.get_config_var("MULTIARCH")
    wide = ["/usr/lib64", "/lib64"]
    narrow = [f"{sys.base_prefix}/lib", "/usr/lib", "/lib", "/usr/local/lib"]
    if machine:
        wide += [f"/usr/lib/{machine}", f"/lib/{machine}"]
    for folder in dict.fromkeys(map(os.path.realpath, wide)):
        if os.path.isdir(folder):
            yield folder
    for folder in dict.fromkeys(map(os.path.realpath, narrow)):
        yield from sorted(str(path) for path in Path(folder).glob("lib*.so*"))


def _root_links() -> Iterator[tuple[str, str]]:
    for path in ("/lib", "/lib64"):
        if os.path.islink(path):
            yield path, os.readlink(path)

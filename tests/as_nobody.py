"""Runs this Python as an ordinary user: `python as_nobody.py ARGUMENT...`, started by root.

Where a private folder is in the way, as /root is, its parts that the interpreter needs are
shown in an open one, in a mount namespace that only this process sees.
"""

import importlib.util
import os
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (path for path in sys.path if os.path.isdir(path))
NEEDED = (sys.base_prefix, sys.prefix, str(ROOT), *FOLDERS)


def main() -> None:
    """Open the way, give up root, and become the interpreter."""
    if importlib.util.find_spec("rnncheck") is None:  # in a clone
        runpy.run_path(str(ROOT / "conftest.py"))
    from rnncheck.worker import namespaces
    from rnncheck.worker.privileges import become_nobody

    namespaces.unshare(namespaces.MOUNTS)
    namespaces.mount("none", "/", "", namespaces.PRIVATE | namespaces.RECURSIVE)
    needed = list(dict.fromkeys(os.path.realpath(path) for path in NEEDED))
    held = {path: os.open(path, os.O_PATH) for path in needed}
    for folder in dict.fromkeys(folder for path in needed for folder in private(path)):
        namespaces.mount("tmpfs", folder, "tmpfs", 0, "mode=0755")
    for path, descriptor in held.items():
        if not os.path.exists(path):
            os.makedirs(path)
            namespaces.bind(f"/proc/self/fd/{descriptor}", path)
    become_nobody()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


def private(path: str) -> Iterator[str]:
    """Yield the topmost folder on the way to a path that others may not pass, if there is one."""
    for folder in [*reversed(Path(path).parents), Path(path)]:
        if not folder.stat().st_mode & 1:
            yield str(folder)
            return


if __name__ == "__main__":
    main()

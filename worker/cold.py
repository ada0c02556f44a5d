"""Starts a worker as a process of its own that is not shut in: a command and its environment."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rnncheck.adapters.base_arithmetic import DEFAULT, VARIABLE
from rnncheck.worker.errors import WorkerError
from rnncheck.worker.launch import Launched, launch
from rnncheck.worker.stage import code_folder, site_folders

_WORLD_ENVIRONMENT = {
    "keras3": {"KERAS_BACKEND": "tensorflow"},
    "tf1": {"TF_USE_LEGACY_KERAS": "1"},
}
OPTIONS = ("-P", "-s", "-S")  # not -I, which would not see the seed of hashes
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


def start_cold(
    world: str, device: str, site: Sequence[Path] | None, *, default_arithmetic: bool = False
) -> Launched:
    """Start a process in a private folder, which is removed when it is stopped.

    With `default_arithmetic` frameworks are left as they are on CUDA.

    Raises:
        WorkerError: it cannot be started.
    """
    folder = Path(tempfile.mkdtemp(prefix="rnncheck-worker-"))
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    sites = site_folders(world, tuple(site) if site is not None else None)
    given = environment(world, device, home)
    if default_arithmetic:
        given[VARIABLE] = DEFAULT
    try:
        return launch(command("serve", sites), given, work, folder, Launched)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise WorkerError(f"the worker's process cannot be started: {error}") from error


def command(how: str, sites: Sequence[Path]) -> list[str]:
    """Return the command that starts boot.py; `how` is its first argument."""
    return [sys.executable, *OPTIONS, *arguments(how, sites)]


def arguments(how: str, sites: Sequence[Path]) -> list[str]:
    """Return what Python is given, after its options, to run boot.py."""
    boot = code_folder() / "rnncheck" / "worker" / "boot.py"
    return [str(boot), how, *map(str, sites)]


def environment(world: str, device: str, home: Path | str) -> dict[str, str]:
    """Return all the environment that a worker gets."""
    devices = os.environ.get("CUDA_VISIBLE_DEVICES") if device == "cuda" else "-1"
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "USER": "nobody",
        "PYTHONHASHSEED": "0",  # so that sets have one order
        "HOME": str(home),
        "TMPDIR": str(home),
        "MPLCONFIGDIR": str(home),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **dict.fromkeys(_ONE_THREAD, "1"),
        **({} if devices is None else {"CUDA_VISIBLE_DEVICES": devices}),
        **({"CUBLAS_WORKSPACE_CONFIG": ":4096:8"} if device == "cuda" else {}),  # one algorithm
        **_WORLD_ENVIRONMENT.get(world, {}),
    }

"""The judge's end: a session is one worker process; it loads a file or a class, which binds."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from rnncheck import adapters
from rnncheck.adapters.base import Adapter
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.worker.launch import launch
from rnncheck.worker.link import Limits, Link
from rnncheck.worker.proxy import Binder, Proxy
from rnncheck.worker.stage import WORLDS, code_folder, site_folders

__all__ = ["Limits", "Loaded", "Session"]

_WORLD_ENVIRONMENT = {
    "keras3": {"KERAS_BACKEND": "tensorflow"},
    "tf1": {"TF_USE_LEGACY_KERAS": "1"},
}


@dataclass(frozen=True)
class Loaded:
    """A file or class that a worker has loaded.

    Attributes:
        binder: how to bind it.
        names: names that it must have, the one that is bound first.
        missing: those that it does not have.
        filename: the file's name, or the class's path.
        narrowed: the claims to which the adapter's are narrowed; None for all of them.
    """

    binder: Binder
    names: tuple[str, ...]
    missing: tuple[str, ...]
    filename: str
    narrowed: frozenset[str] | None

    def bind(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Proxy:
        """Bind it to a spec and parameters; see protocol.implementation.Bind."""
        if self.names[0] in self.missing:
            what = "function" if self.binder.adapter.world == "numpy" else "class"
            message = f"{self.filename} has no {what} called {self.names[0]!r}"
            raise Fault("not_implemented", message)
        claims = self.binder.adapter.claims(spec)
        if self.narrowed is not None:
            claims &= self.narrowed
        return Proxy(self.binder, spec, params, dtype, device, claims)


class Session:
    """One worker process in one world.

    Attributes:
        world: "numpy", "torch", "keras3" or "tf1".
        device: "cpu" or "cuda".
        link: the process and the channel to it.
    """

    def __init__(self, world: str, device: str, link: Link) -> None:
        """Hold a started process; use `start`."""
        self.world = world
        self.device = device
        self.link = link

    @classmethod
    def start(
        cls,
        world: str,
        *,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        site: Sequence[Path] | None = None,
        device: str = "cpu",
    ) -> Self:
        """Start a process and import the world's framework in it.

        Args:
            world: a key of stage.WORLDS.
            limits: see Limits.
            site: folders of packages to show in place of those of this interpreter.
            device: "cpu" or "cuda".

        Raises:
            ValueError: there is no such world.
            Fault: absent (the framework or the device), timeout or died.
        """
        if world not in WORLDS:
            raise ValueError(f"no world is called {world!r}; there are: {', '.join(WORLDS)}")
        session = cls(world, device, _start(world, device, limits, site))
        meta = {"op": "enter", "world": world, "device": device, "memory_mib": limits.memory_mib}
        try:
            session.link.request(meta, {}, limits.start_s)
        except BaseException:
            session.close()
            raise
        return session

    def load_source(
        self,
        adapter_name: str,
        source: bytes,
        filename: str,
        names: Sequence[str],
        *,
        dtype: str = "float64",
        claims: Iterable[str] | None = None,
    ) -> Loaded:
        """Run a file's text in the worker.

        Args:
            adapter_name: the adapter through which it is seen.
            source: the bytes of the file.
            filename: its name in messages.
            names: what it must define, first the class or function that is bound.
            dtype: the framework's default dtype while it is loaded.
            claims: narrows what the adapter claims.

        Raises:
            Fault: error, not_implemented, timeout or died.
        """
        text = np.frombuffer(source, np.uint8)
        meta = {"filename": filename, "names": list(names), "dtype": dtype}
        return self._load(adapter_name, meta, {"source": text}, claims)

    def load_target(
        self,
        adapter_name: str,
        path: str,
        *,
        dtype: str = "float64",
        claims: Iterable[str] | None = None,
    ) -> Loaded:
        """Import a framework's own class, "module:attribute", in the worker."""
        names = [path.rpartition(":")[2].rpartition(".")[2]]
        meta = {"filename": path, "target": path, "names": names, "dtype": dtype}
        return self._load(adapter_name, meta, {}, claims)

    def close(self) -> None:
        """Kill the process, and whatever it started, and remove its folder."""
        self.link.close()

    def __enter__(self) -> Self:
        """Return the session."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the session."""
        self.close()

    def _load(
        self,
        adapter_name: str,
        meta: dict[str, Any],
        arrays: Mapping[str, Array],
        claims: Iterable[str] | None,
    ) -> Loaded:
        adapter = self._adapter(adapter_name)
        self.link.trusted = "target" in meta and self.link.trusted
        meta |= {"op": "load", "adapter": adapter_name}
        reply, _ = self.link.request(meta, arrays, self.link.limits.load_s)
        gone = reply.get("missing")
        missing = tuple(n for n in meta["names"] if isinstance(gone, list) and n in gone)
        binder = Binder(self.link, adapter, reply.get("load"), meta["names"][0], self.device)
        narrowed = frozenset(claims) if claims is not None else None
        return Loaded(binder, tuple(meta["names"]), missing, meta["filename"], narrowed)

    def _adapter(self, name: str) -> Adapter:
        adapter = adapters.load(name)
        if adapter.world != self.world:
            raise ValueError(
                f"adapter {name!r} lives in the world {adapter.world!r}; "
                f"this session was started for {self.world!r}"
            )
        return adapter


def _start(world: str, device: str, limits: Limits, site: Sequence[Path] | None) -> Link:
    sites = site_folders(world, tuple(site) if site is not None else None)
    boot = code_folder() / "rnncheck" / "worker" / "boot.py"
    command = [sys.executable, "-I", "-S", str(boot), *map(str, sites)]
    folder = Path(tempfile.mkdtemp(prefix="rnncheck-worker-"))
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    try:
        return Link(launch(command, _environment(world, device, home), work), folder, limits)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Fault("died", f"the worker's process cannot be started: {error}") from error


def _environment(world: str, device: str, home: Path) -> dict[str, str]:
    devices = os.environ.get("CUDA_VISIBLE_DEVICES") if device == "cuda" else "-1"
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "TMPDIR": str(home),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **({} if devices is None else {"CUDA_VISIBLE_DEVICES": devices}),
        **_WORLD_ENVIRONMENT.get(world, {}),
    }

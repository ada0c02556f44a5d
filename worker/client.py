"""The judge's end: a session is one worker process; it loads a file or a class, which binds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from rnncheck import adapters
from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_operations import OperationAdapter
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array
from rnncheck.protocol.operations import OperationSpec
from rnncheck.protocol.spec import Spec
from rnncheck.worker.limits import Limits
from rnncheck.worker.link import Link
from rnncheck.worker.operation_proxy import OperationProxy
from rnncheck.worker.proxy import Binder, Proxy
from rnncheck.worker.servers import Servers, shared
from rnncheck.worker.stage import WORLDS
from rnncheck.worker.tiers import Layers
from rnncheck.worker.untrusted import clean, plain

_MOST_NOTES = 20

__all__ = ["Limits", "Loaded", "Session"]


@dataclass(frozen=True)
class Loaded:
    """A file or class that a worker has loaded.

    Attributes:
        binder: how to bind it.
        adapter: the adapter through which it is seen.
        names: names that it must have, the one that is bound first.
        missing: those that it does not have.
        filename: the file's name, or the class's path.
        narrowed: the claims to which the adapter's are narrowed; None for all of them.
        notes: what failed while it was loaded leniently; a stranger's words.
    """

    binder: Binder
    adapter: Adapter | OperationAdapter
    names: tuple[str, ...]
    missing: tuple[str, ...]
    filename: str
    narrowed: frozenset[str] | None
    notes: tuple[str, ...] = ()

    def bind(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Proxy:
        """Bind it to a spec and parameters; see protocol.implementation.Bind."""
        proxy = self.later(spec, params, dtype, device)
        proxy.bind()
        return proxy

    def later(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Proxy:
        """Return it, to be bound in the worker by its first call; see bind."""
        if not isinstance(self.adapter, Adapter):
            raise ValueError(f"{self.filename} was loaded as operations; use bind_operation")
        self._require(self.names[0])
        claims = self._narrow(self.adapter.claims(spec))
        return Proxy(self.binder, self.adapter.layout, spec, params, dtype, device, claims)

    def bind_operation(
        self, spec: OperationSpec, dtype: str = "float64", device: str = "cpu"
    ) -> OperationProxy:
        """Bind one of its operations; see protocol.operations.OperationBind."""
        if not isinstance(self.adapter, OperationAdapter):
            raise ValueError(f"{self.filename} was loaded as a network; use bind")
        self._require(spec.name)
        claims = self._narrow(self.adapter.claims(spec))
        return OperationProxy(self.binder, self.adapter.layout, spec, dtype, device, claims)

    def _require(self, name: str) -> None:
        if name in self.missing:
            what = "class" if self._is_class else "function"
            message = f"{self.filename} has no {what} called {name!r}"
            raise Fault("not_implemented", message)

    @property
    def _is_class(self) -> bool:
        return isinstance(self.adapter, Adapter) and self.adapter.world != "numpy"

    def _narrow(self, claims: frozenset[str]) -> frozenset[str]:
        return claims if self.narrowed is None else claims & self.narrowed


class Session:
    """One worker process in one world.

    Attributes:
        world: "numpy", "torch", "keras3" or "tf1".
        device: "cpu" or "cuda".
        link: the process and the channel to it.
        layers: into which it is put.
    """

    def __init__(self, world: str, device: str, link: Link, layers: Layers) -> None:
        """Hold a started worker; use `start`."""
        self.world = world
        self.device = device
        self.link = link
        self.layers = layers

    @classmethod
    def start(
        cls,
        world: str,
        *,
        limits: Limits = Limits(),  # noqa: B008 -- frozen
        site: Sequence[Path] | None = None,
        device: str = "cpu",
        servers: Servers | None = None,
    ) -> Self:
        """Start a worker, with the world's framework imported.

        Args:
            world: a key of stage.WORLDS.
            limits: see Limits.
            site: folders of packages to show in place of those of this interpreter.
            device: "cpu" or "cuda".
            servers: what gives the worker; None for those that this process shares.

        Raises:
            ValueError: there is no such world.
            Fault: absent (the framework or the device).
            WorkerError: no worker can be started; that is no submission's fault.
        """
        if world not in WORLDS:
            raise ValueError(f"no world is called {world!r}; there are: {', '.join(WORLDS)}")
        giver = shared() if servers is None else servers
        link, layers = giver.link(world, limits=limits, device=device, site=site)
        return cls(world, device, link, layers)

    @property
    def tier(self) -> str:
        """How well it is shut in, a name of tiers.TIERS."""
        return self.layers.tier

    def load_source(
        self,
        adapter_name: str,
        source: bytes,
        filename: str,
        names: Sequence[str],
        *,
        dtype: str = "float64",
        claims: Iterable[str] | None = None,
        lenient: bool = False,
        python2: bool = False,
    ) -> Loaded:
        """Run a file's text in the worker.

        Args:
            adapter_name: the adapter through which it is seen.
            source: the bytes of the file.
            filename: its name in messages.
            names: what it must define, first the class or function that is bound.
            dtype: the framework's default dtype while it is loaded.
            claims: narrows what the adapter claims.
            lenient: see student.load_source.
            python2: see student.load_source.

        Raises:
            Fault: error, not_implemented, timeout or died.
        """
        text = np.frombuffer(source, np.uint8)
        meta: dict[str, Any] = {"lenient": lenient, "python2": python2, "dtype": dtype}
        meta |= {"filename": filename, "names": list(names)}
        return self._load(adapter_name, meta, {"source": text}, claims)

    def load_target(
        self,
        adapter_name: str,
        path: str,
        *,
        dtype: str = "float64",
        claims: Iterable[str] | None = None,
    ) -> Loaded:
        """Import a framework's own class, "module:attribute", in the worker.

        "module:" stands for everything in the module, for an adapter of operations.
        """
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
        number = reply.get("load")
        if type(number) is not int:
            raise Fault("died", "the process broke the protocol: it does not say what it loaded")
        binder = Binder(self.link, number, meta["names"][0], self.device)
        narrowed = frozenset(claims) if claims is not None else None
        told = plain(reply.get("notes"))
        notes = tuple(map(clean, told[:_MOST_NOTES])) if isinstance(told, list) else ()
        named = tuple(meta["names"])
        return Loaded(binder, adapter, named, missing, meta["filename"], narrowed, notes)

    def _adapter(self, name: str) -> Adapter | OperationAdapter:
        adapter = adapters.find(name)
        if adapter.world != self.world:
            raise ValueError(
                f"adapter {name!r} lives in the world {adapter.world!r}; "
                f"this session was started for {self.world!r}"
            )
        return adapter

"""An implementation in a worker of its own: opened, bound again after its process was lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Layout, Target
from rnncheck.adapters.base_operations import OperationAdapter
from rnncheck.grading.assignment import Limits as AssignmentLimits
from rnncheck.grading.contract import SIZES, Contract
from rnncheck.grading.errors import UsageError
from rnncheck.grading.submission import Submission
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationImplementation, Operations, OperationSpec
from rnncheck.protocol.spec import Spec, spec_from_json
from rnncheck.worker.client import Limits, Loaded, Session
from rnncheck.worker.servers import Servers

LOSSES = 2


Supply = Callable[[Layout, Spec, Mapping[str, Array], str, Arrays], Arrays]


class Opened:
    """A submission or a framework's class in a worker process; a context manager.

    Attributes:
        name: of the file or class.
        adapter: through which it is seen.
        spec: what it is to compute, a network or operations; the sizes of a network mean nothing.
        claims: what it offers.
        bound_name: of the function or class that is bound.
        tier: how well its worker was shut in, a name of worker.tiers.TIERS; "" before it started.
        isolation: by what it was, a key of worker.tiers.ISOLATION; "" before it started.
        notes: what failed while it was loaded leniently.
        turned: what came back in another shape than asked for, and was put right.
    """

    def __init__(
        self,
        name: str,
        bound_name: str,
        adapter: Adapter | OperationAdapter,
        spec: Spec | Operations,
        claims: frozenset[str],
        start: Callable[[], tuple[Session, Loaded]],
        supply: Supply | None = None,
        mean_gradients: bool = False,
    ) -> None:
        """Start nothing yet; `start` opens a session and loads.

        `supply` gives what else the runner is handed with each call; `mean_gradients` is as in
        worker.proxy.Proxy.
        """
        self._supply, self._mean_gradients = supply, mean_gradients
        self.name, self.adapter, self.spec, self.claims = name, adapter, spec, claims
        self.bound_name = bound_name
        self.tier = self.isolation = ""
        self.notes: tuple[str, ...] = ()
        self.turned: dict[str, Any] = {}
        self._start = start
        self._session: Session | None = None
        self._loaded: Loaded | None = None
        self._lost: list[Fault] = []
        self._absent: Fault | None = None

    def open(self) -> None:
        """Start the worker and load, if that is not done yet.

        Raises:
            Fault: it cannot be done, or the process was lost too often before.
            WorkerError: no worker can be had; that is not the submission's fault.
        """
        if self._loaded is not None:
            return
        if self._absent is not None:
            raise self._absent
        if len(self._lost) >= LOSSES:
            last = self._lost[-1]
            raise Fault(last.kind, f"not run, as {LOSSES} calls before it ended so: {last}")
        try:
            self._session, self._loaded = self._start()
            self.notes = self._loaded.notes
        except Fault as fault:
            self._note(fault)
            raise

    def bind(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind; a protocol.implementation.Bind."""
        self.open()
        assert self._loaded is not None
        try:
            bound = self._loaded.later(spec, params, dtype, device)
            if self._supply is not None:
                bound.supply = partial(self._supply, self.network()[1].layout, spec, params)
            bound.mean_gradients, bound.turned = self._mean_gradients, self.turned
            return bound
        except Fault as fault:
            self._note(fault)
            raise

    def bind_operation(
        self, spec: OperationSpec, dtype: str = "float64", device: str = "cpu"
    ) -> OperationImplementation:
        """Bind an operation; a protocol.operations.OperationBind."""
        self.open()
        assert self._loaded is not None
        try:
            return self._loaded.bind_operation(spec, dtype, device)
        except Fault as fault:
            self._note(fault)
            raise

    @property
    def binds(self) -> Callable[..., Any]:
        """What binds what it is: `bind_operation` of operations, else `bind`."""
        return self.bind_operation if isinstance(self.spec, Operations) else self.bind

    def network(self) -> tuple[Spec, Adapter]:
        """Return spec and adapter of a network.

        Raises:
            UsageError: it is no network.
        """
        if isinstance(self.spec, Operations) or isinstance(self.adapter, OperationAdapter):
            names = ", ".join(map(str, self.operations()))
            raise UsageError(f"{self.name} holds operations ({names}) and no network")
        return self.spec, self.adapter

    def operations(self) -> tuple[OperationSpec, ...]:
        """Return its operations, none of a network."""
        return self.spec.specs if isinstance(self.spec, Operations) else ()

    def note(self, fault_kind: str, message: str) -> None:
        """Be told how a call ended; a lost process is started again at the next bind."""
        self._note(Fault(fault_kind, message))

    def _note(self, fault: Fault) -> None:
        if fault.kind == "absent":
            self._absent = fault
        if fault.kind in ("timeout", "died") and len(self._lost) < LOSSES:
            self._lost.append(fault)
            self.close()

    def close(self) -> None:
        """End the worker."""
        if self._session is not None:
            self._session.close()
        self._session = self._loaded = None

    def __enter__(self) -> Self:
        """Return itself, not yet started."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the worker."""
        self.close()


def open_submission(
    submission: Submission,
    contract: Contract,
    limits: AssignmentLimits,
    device: str = "cpu",
    servers: Servers | None = None,
    supply: Supply | None = None,
) -> Opened:
    """Return a submission, to be opened in a worker of its own, which `servers` give.

    Raises:
        UsageError: the device is not the CPU, and it computes with NumPy.
    """
    if device != "cpu" and contract.world == "numpy":
        name = submission.path.name
        raise UsageError(f"{name} computes with NumPy, which has no device {device}; use cpu")
    adapter = adapters.find(contract.adapter)
    claims = offered_by(adapter, contract.spec) & contract.claims

    def start() -> tuple[Session, Loaded]:
        session = Session.start(
            contract.world, limits=_limits(limits), device=device, servers=servers
        )
        opened.tier, opened.isolation = session.tier, session.layers.isolation
        try:
            loaded = session.load_source(
                contract.adapter,
                submission.code,
                submission.path.name,
                contract.names,
                claims=contract.claims,
                lenient=contract.lenient or submission.is_notebook or submission.python2,
                python2=submission.python2,
            )
        except Fault:
            session.close()
            raise
        return session, loaded

    opened = Opened(
        submission.path.name,
        contract.names[0],
        adapter,
        contract.spec,
        claims,
        start,
        supply,
        contract.mean_gradients,
    )
    return opened


def open_target(adapter: Adapter, target: Target, device: str = "cpu") -> Opened:
    """Return a framework's own class, to be opened in a worker of its own."""
    spec = spec_of(target.options)

    def start() -> tuple[Session, Loaded]:
        session = Session.start(adapter.world, device=device)
        try:
            return session, session.load_target(adapter.name, target.path)
        except Fault:
            session.close()
            raise

    name = f"{adapter.name}[{target.name}]"
    return Opened(name, target.path, adapter, spec, adapter.claims(spec), start)


def open_operations(adapter: OperationAdapter, device: str = "cpu") -> Opened:
    """Return a framework's own implementations of operations, to be opened in one worker."""
    spec = Operations(tuple(target.spec for target in adapter.targets))

    def start() -> tuple[Session, Loaded]:
        session = Session.start(adapter.world, device=device)
        try:
            return session, session.load_target(adapter.name, f"{adapter.own}:")
        except Fault:
            session.close()
            raise

    return Opened(adapter.name, adapter.own, adapter, spec, offered_by(adapter, spec), start)


def offered_by(adapter: Adapter | OperationAdapter, spec: Spec | Operations) -> frozenset[str]:
    """Return what an adapter claims; of operations all that one of them offers."""
    if isinstance(adapter, OperationAdapter) and isinstance(spec, Operations):
        return frozenset[str]().union(*map(adapter.claims, spec.specs))
    if isinstance(adapter, Adapter) and isinstance(spec, Spec):
        return adapter.claims(spec)
    what = "operations" if isinstance(spec, Operations) else "a network"
    raise UsageError(f"the adapter {adapter.name!r} is not one of {what}; name another")


def spec_of(options: Mapping[str, object]) -> Spec:
    """Return options as a spec with stand-in sizes."""
    return spec_from_json({**SIZES, **options})


def _limits(limits: AssignmentLimits) -> Limits:
    return Limits(
        start_s=limits.start_seconds,
        load_s=limits.load_seconds,
        call_s=limits.call_seconds,
        total_s=limits.total_seconds,
        memory_mib=limits.memory_mib,
    )

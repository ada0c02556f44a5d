"""An implementation that lives in a worker: the four calls, sent over the link."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout
from rnncheck.protocol.claims import held
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.frame import BOUND, Bounds
from rnncheck.protocol.names import Array, Arrays, Shape, flat, group
from rnncheck.protocol.operations import OperationSpec
from rnncheck.protocol.results import room, usable
from rnncheck.protocol.spec import Spec
from rnncheck.worker.link import Link
from rnncheck.worker.untrusted import facts


@functools.lru_cache(256)
def written(spec: Spec | OperationSpec) -> str:
    """Return a spec as JSON text."""
    return json.dumps(spec.to_json())


@dataclass
class Binding:
    """Something to be bound in a worker.

    Attributes:
        spec: as JSON text.
        make: gives its parameters, which nobody needs before it is bound.
        dtype, device: as asked for.
        handle: of the last time that it was bound, -1 before the first.
    """

    spec: str
    make: Callable[[], Arrays]
    dtype: str
    device: str
    handle: int = -1

    @functools.cached_property
    def native(self) -> Arrays:
        """Its parameters."""
        return self.make()


@dataclass(frozen=True)
class Binder:
    """What is needed to bind something that a worker has loaded.

    Attributes:
        link: the worker.
        load: the worker's number for what it has loaded.
        name: the class or function that is bound.
        device: the device for which the worker was started.
    """

    link: Link
    load: int
    name: str
    device: str

    def prepare(
        self, spec: Spec | OperationSpec, make: Callable[[], Arrays], dtype: str, device: str
    ) -> Binding:
        """Return what is to be bound, see Binding; nothing is asked of the worker yet."""
        if device not in ("cpu", self.device):
            message = f"this worker was started for {self.device}; ask for the device {device}"
            raise Fault("absent", message)
        return Binding(written(spec), make, dtype, device)

    def bind(self, binding: Binding) -> None:
        """Bind in the worker."""
        self.link.request(self._order(binding), binding.native, self.link.limits.call_s)

    def ask(
        self,
        binding: Binding,
        call: str,
        native: Arrays,
        shapes: Mapping[str, Shape],
        seconds: float = math.inf,
    ) -> tuple[Arrays, dict[str, Any]]:
        """Make a call, and return what came back of these names and the facts that were told.

        What the worker has not bound yet, or dropped, it binds before: one request for both.
        """
        most = room(shapes)
        bounds = Bounds(arrays=len(shapes), body=most, names=frozenset(shapes))
        meta: dict[str, Any] = {"op": "call", "call": call, "want": list(shapes), "room": most}
        if not self.link.holds(binding.handle):
            meta["bind"] = self._order(binding)
            native = native | {BOUND + name: array for name, array in binding.native.items()}
        meta["handle"] = binding.handle
        seconds = min(seconds, self.link.limits.call_s)
        reply, results = self.link.request(meta, native, seconds, bounds)
        return results, facts(reply.get("facts"))

    def _order(self, binding: Binding) -> dict[str, Any]:
        binding.handle, drop = self.link.new_handle()
        meta = {"op": "bind", "handle": binding.handle, "drop": drop}
        meta |= {"load": self.load, "name": self.name, "spec": binding.spec}
        return meta | {"dtype": binding.dtype, "device": binding.device}


class Proxy:
    """An implementation bound in a worker; see protocol.implementation.Implementation.

    Attributes:
        supply: gives what else the runner is handed with a call, by its native name.
        turned: names that came back in another shape than asked for in any call, see facts; may be
            replaced by a dict that others share.
        seconds: the most that a call may take, where that is less than the worker's limit.
        mean_gradients: whether its gradients of parameters are means over the batch; they are
            shown as sums.
    """

    def __init__(
        self,
        binder: Binder,
        layout: Layout,
        spec: Spec,
        params: Mapping[str, Array],
        dtype: str,
        device: str,
        claims: frozenset[str],
    ) -> None:
        """Ask nothing of the worker yet: it binds with the first call, and again what it has dropped."""
        self.spec = spec
        self.claims = claims
        self.facts: dict[str, Any] = {}
        self._binder = binder
        self._layout = layout
        self._dtype = dtype
        given = dict(params)
        self._binding = binder.prepare(
            spec, lambda: cast(layout.params_out(spec, given), dtype), dtype, device
        )
        self.supply: Callable[[str, Arrays], Arrays] | None = None
        self.seconds = math.inf
        self.mean_gradients = False
        self.turned: dict[str, Any] = {}

    def bind(self) -> None:
        """Bind it in the worker now."""
        self._binder.bind(self._binding)

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step."""
        return self._call("step", flat(x=x, state=state))

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Compute a sequence."""
        given = flat(x=x, state=state, lengths=lengths, mask=mask, dropout=dropout)
        return self._call("sequence", given)

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step."""
        return self._call("step_vjp", flat(x=x, state=state, d_outputs=d_outputs, d_state=d_state))

    def sequence_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Return the gradients of a sequence."""
        given = flat(x=x, state=state, lengths=lengths, mask=mask, dropout=dropout)
        return self._call("sequence_vjp", given | flat(d_outputs=d_outputs, d_state=d_state))

    def _call(self, call: str, arrays: Arrays) -> Arrays:
        self.facts = {}
        native = self._layout.arguments(self.spec, call, arrays)
        more = self.supply(call, arrays) if self.supply else {}
        native = cast(native | more, self._dtype)
        steps, batch = arrays["x"].shape[0], arrays["x"].shape[-2]
        drawn = "dropout.seed" in arrays
        shapes = _shapes(self._layout, self.spec, call, steps, batch, drawn)
        if not group(arrays, "state"):  # there is no gradient of a state that was not given
            shapes = {n: s for n, s in shapes.items() if not n.startswith("d.state.")}
        results, self.facts = self._binder.ask(self._binding, call, native, shapes, self.seconds)
        checked, seen = usable(self.spec, call, shapes, results)
        self.facts |= seen
        self.turned |= seen["shapes"]
        shown = self._layout.results(self.spec, call, checked)
        return _summed(shown, batch) if self.mean_gradients else shown


@functools.lru_cache(1024)
def _shapes(
    layout: Layout, spec: Spec, call: str, steps: int, batch: int, drawn: bool
) -> dict[str, Shape]:
    return layout.result_shapes(spec, call, steps, batch, drawn=drawn)


def _summed(results: Arrays, batch: int) -> Arrays:
    """Return results with the gradients of parameters as sums over the batch."""
    kept = [n for n in results if not n.startswith("d.") or n == "d.x" or n.startswith("d.state.")]
    return {n: a if n in kept else a * batch for n, a in results.items()}


def cast(arrays: Arrays, dtype: str) -> Arrays:
    """Return the arrays, those of floats in this dtype."""
    kind = np.dtype(held(dtype))
    return {n: a.astype(kind) if a.dtype.kind == "f" else a for n, a in arrays.items()}

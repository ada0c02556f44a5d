"""An adapter's two halves joined in one process, behind the protocol: for tests and goldens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial, reduce
from importlib import import_module
from typing import Any

from rnncheck.adapters.base import Adapter, Runner
from rnncheck.protocol.names import Array, Arrays, flat
from rnncheck.protocol.spec import Spec


class Local:
    """A runner behind its layout; see protocol.implementation.Implementation."""

    def __init__(self, adapter: Adapter, spec: Spec, runner: Runner) -> None:
        """Join the halves."""
        self.spec, self.claims = spec, adapter.claims(spec)
        self._layout, self._runner = adapter.layout, runner

    @property
    def facts(self) -> dict[str, Any]:
        """What the last call showed."""
        return self._runner.facts

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

    def _call(self, name: str, arrays: Arrays) -> Arrays:
        native = self._runner.call(name, self._layout.arguments(self.spec, name, arrays))
        return self._layout.results(self.spec, name, native)


def bind(
    adapter: Adapter,
    namespace: Mapping[str, Any],
    name: str,
    spec: Spec,
    params: Mapping[str, Array],
    dtype: str = "float64",
    device: str = "cpu",
) -> Local:
    """Bind the class `name` of `namespace`; with the first three given, a protocol Bind."""
    native = adapter.layout.params_out(spec, {n: a.astype(dtype) for n, a in params.items()})
    return Local(adapter, spec, adapter.make(namespace, name, spec, native, dtype, device))


def bind_target(adapter: Adapter, path: str) -> partial[Local]:
    """Return the Bind of a framework's own class, imported here."""
    module, _, dotted = path.partition(":")
    found: Any = reduce(getattr, dotted.split("."), import_module(module))
    name = dotted.rpartition(".")[2]
    return partial(bind, adapter, {name: found}, name)

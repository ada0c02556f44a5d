"""An operation that lives in a worker: its two calls, sent over the link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base_operations import OperationLayout
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec, operation_axes, sizes_of, whole_results
from rnncheck.protocol.results import usable_arrays
from rnncheck.worker.proxy import Binder, cast


class OperationProxy:
    """An operation bound in a worker; see protocol.operations.OperationImplementation."""

    def __init__(
        self,
        binder: Binder,
        layout: OperationLayout,
        spec: OperationSpec,
        dtype: str,
        device: str,
        claims: frozenset[str],
    ) -> None:
        """Bind it now; what the worker has dropped is bound again with the next call."""
        self.spec, self.claims = spec, claims
        self.facts: dict[str, Any] = {}
        self._binder, self._layout = binder, layout
        self._dtype = dtype
        self._binding = binder.prepare(spec, dict, dtype, device)
        binder.bind(self._binding)

    def compute(self, arguments: Mapping[str, Array]) -> Arrays:
        """Return the results by name."""
        return self._call("compute", dict(arguments), {})

    def compute_vjp(self, arguments: Mapping[str, Array], upstream: Mapping[str, Array]) -> Arrays:
        """Return the gradients."""
        return self._call("compute_vjp", dict(arguments), dict(upstream))

    def _call(self, call: str, arguments: Arrays, upstream: Arrays) -> Arrays:
        sizes = sizes_of(self.spec, arguments)
        given = arguments | {f"d_{name}": array for name, array in upstream.items()}
        native = cast(self._layout.arguments(self.spec, call, given), self._dtype)
        shapes = self._layout.result_shapes(self.spec, call, sizes)
        results, self.facts = self._binder.ask(self._binding, call, native, shapes)
        whole = whole_results(self.spec, call)
        checked, seen = usable_arrays(
            call, shapes, results, whole, lambda name: tuple(operation_axes(self.spec, name))
        )
        self.facts |= seen
        return self._layout.results(self.spec, call, checked)

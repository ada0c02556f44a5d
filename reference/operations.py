"""The reference's operations behind the protocol: bind, compute and compute_vjp."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from rnncheck.protocol.claims import claims
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import (
    DTYPES,
    OperationSpec,
    operation_shapes,
    sizes_of,
    whole_results,
)
from rnncheck.reference import (
    operations_layers,
    operations_losses,
    operations_time,
    operations_topologies,
    operations_updates,
)
from rnncheck.reference.arguments import check_named
from rnncheck.reference.arrays import Named, Numbers, cast

Forward = Callable[[OperationSpec, Named], Named]
Backward = Callable[[OperationSpec, Named, Named], Named]

FORWARD: dict[str, Forward] = {
    **operations_losses.FORWARD,
    **operations_layers.FORWARD,
    **operations_updates.FORWARD,
    **operations_time.FORWARD,
    **operations_topologies.FORWARD,
}
BACKWARD: dict[str, Backward] = {
    **operations_losses.BACKWARD,
    **operations_layers.BACKWARD,
    **operations_topologies.BACKWARD,
}


def claims_of(spec: OperationSpec) -> frozenset[str]:
    """Return what the reference offers for an operation."""
    vjp = ("compute_vjp",) if spec.operation.differentiated else ()
    return claims(("compute", *vjp, "float32", "float64", "cpu"))


class ReferenceOperation:
    """The protocol over the reference's functions; computes in any dtype of arrays.DTYPES."""

    def __init__(self, spec: OperationSpec, dtype: str = "float64") -> None:
        """Bind."""
        self.spec, self.dtype, self.claims = spec, dtype, claims_of(spec)
        self.facts: dict[str, Any] = {}

    def compute(self, arguments: Mapping[str, Array]) -> Arrays:
        """Return the results.

        Raises:
            ValueError: an argument is missing, or has another shape or dtype.
        """
        given = self.given(arguments)
        results = FORWARD[self.spec.name](self.spec, given)
        return self._cast("compute", given, results)

    def compute_vjp(self, arguments: Mapping[str, Array], upstream: Mapping[str, Array]) -> Arrays:
        """Return the gradients; see OperationImplementation."""
        given = self.given(arguments)
        shapes = operation_shapes(self.spec, "compute", sizes_of(self.spec, given))
        check_named("upstream", upstream, shapes)
        above = {name: cast(array, self.dtype) for name, array in upstream.items()}
        found = BACKWARD[self.spec.name](self.spec, given, above)
        return self._cast("compute_vjp", given, {f"d.{n}": array for n, array in found.items()})

    def given(self, arguments: Mapping[str, Array]) -> Named:
        """Return the arguments, floats in the bound dtype."""
        given: Named = {}
        for argument in self.spec.operation.arguments:
            array = arguments.get(argument.name)
            if array is not None:
                own = DTYPES.get(argument.kind)
                given[argument.name] = array.astype(own) if own else cast(array, self.dtype)
        sizes_of(self.spec, given)
        return given

    def _cast(self, call: str, given: Named, found: Named) -> Named:
        """Return the results in the order and the shapes of the table."""
        shapes = operation_shapes(self.spec, call, sizes_of(self.spec, given))
        whole = whole_results(self.spec, call)
        return {
            name: _shaped(found[name], shape, "int64" if name in whole else self.dtype)
            for name, shape in shapes.items()
        }


def _shaped(array: Numbers, shape: tuple[int, ...], dtype: str) -> Numbers:
    if np.shape(array) != shape:
        raise ValueError(f"the reference gave the shape {np.shape(array)} in place of {shape}")
    return np.asarray(array, dtype)


def bind(spec: OperationSpec, dtype: str = "float64", device: str = "cpu") -> ReferenceOperation:
    """Bind the reference; an OperationBind.

    Raises:
        Fault: the device is not "cpu".
    """
    if device != "cpu":
        raise Fault("absent", f"device is {device!r}; the NumPy reference runs on 'cpu' only")
    return ReferenceOperation(spec, dtype)

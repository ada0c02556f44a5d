"""Operations of a framework that takes gradients itself: what the three runners share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base_operations import (
    argument_names,
    call_function,
    grouped,
    named,
    result_names,
)
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import OperationSpec

UNREACHED = (
    "the results do not depend on {names} in the framework's graph: were NumPy or a detached "
)
UNREACHED += "copy used?"


class GradientRunner:
    """Calls a function on tensors and takes gradients of it; a subclass knows the framework."""

    def __init__(self, namespace: Mapping[str, Any], spec: OperationSpec, dtype: str) -> None:
        """Look nothing up yet."""
        self.facts: dict[str, Any] = {}
        self.namespace, self.spec, self.dtype = namespace, spec, dtype

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run "compute" or "compute_vjp"; see base.Runner."""
        given = {n: self.handed(n, arrays[n]) for n in argument_names(self.spec)}
        if name == "compute":
            return self.arrays(self.answer(given))
        above = {n: arrays[f"d_{n}"] for n in result_names(self.spec)}
        found = self.gradients(given, above)
        missing = [n for n, value in found.items() if value is None]
        if len(missing) == len(found):
            raise Fault("error", UNREACHED.format(names=", ".join(missing)))
        self.facts = {"detached": missing}
        known = self.arrays({n: value for n, value in found.items() if value is not None})
        return {f"d.{n}": known.get(n, np.zeros(arrays[n].shape)) for n in found}

    def handed(self, name: str, array: Array) -> Any:
        """Return an argument as it is handed over: a tensor, or a number of Python."""
        return self.tensor(array) if array.ndim else array.item()

    def answer(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the function gives, by the names of the results."""
        handed = grouped(given, argument_names(self.spec))
        answer = call_function(self.namespace, self.spec.name, self.spec, handed)
        return named(answer, result_names(self.spec), self.spec.name)

    def tensor(self, array: Array) -> Any:
        """Return an array as a tensor: floats in the bound dtype, others as they are."""
        raise NotImplementedError("a subclass makes tensors")

    def arrays(self, tensors: Mapping[str, Any]) -> Arrays:
        """Return tensors as arrays of their own dtypes."""
        return {name: self.array(tensor) for name, tensor in tensors.items()}

    def array(self, tensor: Any) -> Array:
        """Return a tensor as an array of its own dtype."""
        raise NotImplementedError("a subclass makes arrays")

    def gradients(self, given: Mapping[str, Any], upstream: Arrays) -> dict[str, Any]:
        """Return the gradient of each differentiated argument, None where nothing reaches it."""
        raise NotImplementedError("a subclass takes gradients")

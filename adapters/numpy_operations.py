"""Operations as NumPy functions: `<operation>(...)`, and `<operation>_backward(..., d_<result>)`.

A function is handed its arguments in the order of the table, dotted names together in one dict,
scalars as numbers of Python, arrays as copies. It returns its results in that order, one alone or
several in a tuple. The backward is handed the same and the upstream gradients, and returns the
gradients of what is differentiated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base_operations import (
    OperationAdapter,
    OperationLayout,
    argument_names,
    call_function,
    claims_on,
    grouped,
    named,
    result_names,
    scalar,
    unpacked,
    written,
)
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec


class NumpyOperationsLayout(OperationLayout):
    """Arrays as they are."""

    def rerun(self, spec: OperationSpec, call: str, module: str) -> list[str]:
        """Return the one line of the call."""
        given, results = written(argument_names(spec)), result_names(spec)
        if call == "compute":
            return [f"{written(results)} = {module}.{spec.name}({given})", *unpacked(results)]
        above, names = written(results, "d_"), spec.operation.differentiated
        back = f"{module}.{spec.name}_backward({given}, {above})"
        return [f"{written(names, 'd_')} = {back}", *unpacked(names, "d_")]


class NumpyOperationsRunner:
    """Calls the function, or its backward; see base.Runner."""

    def __init__(self, namespace: Mapping[str, Any], spec: OperationSpec) -> None:
        """Look nothing up yet."""
        self.facts: dict[str, Any] = {}
        self._namespace, self._spec = namespace, spec

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run "compute" or "compute_vjp"."""
        spec, results = self._spec, result_names(self._spec)
        copies = {key: scalar(array.copy()) for key, array in arrays.items()}
        given = grouped(copies, argument_names(spec))
        if name == "compute":
            answer = call_function(self._namespace, spec.name, spec, given)
            found = named(answer, results, spec.name)
        else:
            above = {result: copies[f"d_{result}"] for result in results}
            given |= {f"d_{key}": value for key, value in grouped(above, results).items()}
            back, wanted = f"{spec.name}_backward", spec.operation.differentiated
            answer = call_function(self._namespace, back, spec, given)
            found = {f"d.{key}": v for key, v in named(answer, wanted, back).items()}
        self._note(arrays, copies, answer)
        return found

    def _note(self, arrays: Arrays, copies: Mapping[str, Any], answer: object) -> None:
        changed = [n for n, a in arrays.items() if a.ndim and a.tobytes() != copies[n].tobytes()]
        self.facts = {"changed": changed, "containers": {"results": type(answer).__name__}}


def _make(
    namespace: Mapping[str, Any], spec: OperationSpec, dtype: str, device: str
) -> NumpyOperationsRunner:
    if device != "cpu":
        raise Fault("absent", f"NumPy runs on the cpu; {device} was asked for")
    return NumpyOperationsRunner(namespace, spec)


ADAPTER = OperationAdapter(
    "numpy_operations", "numpy", NumpyOperationsLayout(), _make, claims_on("cpu")
)

"""What the operations of courses share: batch-major arrays, weights (in, out)."""

from __future__ import annotations

from collections.abc import Mapping

from rnncheck.adapters.base_operations import OperationLayout
from rnncheck.protocol.names import Array, Arrays, Shape
from rnncheck.protocol.operations import OperationSpec, operation_axes, operation_shapes


class BatchMajorLayout(OperationLayout):
    """(T, B, ...) becomes (N, T, ...), and a weight (O, H) becomes (H, O)."""

    def arguments(self, spec: OperationSpec, call: str, arrays: Arrays) -> Arrays:
        """Turn arguments and upstream gradients."""
        axes = {argument.name: argument.axes for argument in spec.operation.arguments}
        axes |= {f"d_{result.name}": result.axes for result in spec.operation.results}
        return {name: _turned(axes[name], array) for name, array in arrays.items()}

    def result_shapes(
        self, spec: OperationSpec, call: str, sizes: Mapping[str, int]
    ) -> dict[str, Shape]:
        """Return the shapes of results, turned."""
        return {
            name: _shape(operation_axes(spec, name), shape)
            for name, shape in operation_shapes(spec, call, sizes).items()
        }

    def results(self, spec: OperationSpec, call: str, native: Arrays) -> Arrays:
        """Turn results back; each turn is its own inverse."""
        return {name: _turned(operation_axes(spec, name), a) for name, a in native.items()}

    def rerun(self, spec: OperationSpec, call: str, module: str) -> list[str]:
        """Return a line that says what is to be called."""
        return [f"# call {module} for {spec.name} with the arrays above"]


def _turned(axes: str, array: Array) -> Array:
    if axes.startswith("TB") or axes == "OH":
        return array.swapaxes(0, 1)
    return array


def _shape(axes: str, shape: Shape) -> Shape:
    if axes.startswith("TB") or axes == "OH":
        return (shape[1], shape[0], *shape[2:])
    return shape

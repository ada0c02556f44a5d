"""A network that may have a dense layer after each step: the layout of the dense layer's weights."""

from __future__ import annotations

from rnncheck.adapters.base import Layout
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec

DENSE = ("weight_ho", "bias_o")


class DenseLayout(Layout):
    """The network below in a layout of its own, then weight (O, R) or its transpose, and bias (O,).

    Without a dense layer it is the layout below.
    """

    def __init__(self, inner: Layout, weight: str, *, transposed: bool) -> None:
        """Join a layout with the native name of the dense layer's weight, whose bias "bias" is."""
        self.inner, self.transposed = inner, transposed
        self.native = (weight, weight.rpartition(".")[0] + ".bias")

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Turn the protocol's parameters into native ones, the dense layer's last."""
        below = {name: array for name, array in params.items() if name not in DENSE}
        return self.inner.params_out(spec, below) | self._renamed(params, DENSE, self.native)

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn native parameters into the protocol's."""
        below = {name: array for name, array in native.items() if name not in self.native}
        return self.inner.params_in(spec, below) | self._renamed(native, self.native, DENSE)

    def state_out(self, spec: Spec, state: Arrays) -> Arrays:
        """Turn the protocol's states into native ones."""
        return self.inner.state_out(spec, state)

    def state_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn native states into the protocol's."""
        return self.inner.state_in(spec, native)

    def _renamed(self, arrays: Arrays, old: tuple[str, str], new: tuple[str, str]) -> Arrays:
        turn = self.transposed
        return {
            to: arrays[name].T if turn else arrays[name]
            for name, to in zip(old, new, strict=True)
            if name in arrays
        }

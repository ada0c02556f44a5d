"""Networks of several layers or directions: each part in a layout of its own, behind a prefix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnncheck.adapters.base import Layout
from rnncheck.protocol.names import Arrays, layer_width, parameter_shapes, prefixes
from rnncheck.protocol.spec import Spec


@dataclass(frozen=True)
class Part:
    """A layer, or one direction of a layer, as a network of its own.

    Attributes:
        name: prefix of its native names, "l0." or "l1.reverse."; a lone cell has "".
        spec: the part alone.
        prefixes: what its parameters and states begin with in the whole network, in the order of
            names.prefixes(spec).
    """

    name: str
    spec: Spec
    prefixes: tuple[str, ...]

    def take(self, arrays: Arrays) -> Arrays:
        """Return the part's own arrays under the names of the part alone."""
        own = dict(zip(self.prefixes, prefixes(self.spec), strict=True))
        return {own[head(n)] + n[len(head(n)) :]: a for n, a in arrays.items() if head(n) in own}

    def give(self, arrays: Arrays) -> Arrays:
        """Return the part's arrays under the names of the whole network; inverse of take."""
        whole = dict(zip(prefixes(self.spec), self.prefixes, strict=True))
        return {whole[head(n)] + n[len(head(n)) :]: a for n, a in arrays.items()}


def head(name: str) -> str:
    """Return the prefix of a name: "l0.reverse." of "l0.reverse.h", "" of "h"."""
    return name[: len(name) - len(name.rpartition(".")[2])]


def layers(spec: Spec) -> list[Part]:
    """Return the layers of a network, each with all its directions and without a dense layer."""
    ways, names = len(spec.directions), prefixes(spec)
    return [
        Part(
            f"l{layer}.",
            _alone(spec, layer, spec.directions),
            tuple(names[layer * ways : (layer + 1) * ways]),
        )
        for layer in range(len(spec.hidden_sizes))
    ]


def cells(spec: Spec) -> list[Part]:
    """Return each direction of each layer, as a cell that runs forward."""
    ways = len(spec.directions)
    return [
        Part(name, _alone(spec, index // ways, ("forward",)), (name,))
        for index, name in enumerate(prefixes(spec))
    ]


def _alone(spec: Spec, layer: int, directions: tuple[str, ...]) -> Spec:
    return spec.with_(
        input_size=layer_width(spec, layer - 1) if layer else spec.input_size,
        hidden_sizes=spec.hidden_sizes[layer : layer + 1],
        output_size=0,
        output_activation="identity",
        directions=directions,
    )


class PartsLayout(Layout):
    """Each part in the layout of one, its native names behind the name of the part."""

    def __init__(self, inner: Layout, split: Callable[[Spec], list[Part]]) -> None:
        """Join the parts of `split`, each seen through `inner`."""
        self.inner, self.split = inner, split

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Turn the protocol's parameters into native ones, part by part."""
        return self._out(spec, params, self.inner.params_out)

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn native parameters into the protocol's, part by part."""
        return self._in(spec, native, self.inner.params_in)

    def state_out(self, spec: Spec, state: Arrays) -> Arrays:
        """Turn the protocol's states into native ones, part by part."""
        return self._out(spec, state, self.inner.state_out)

    def state_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn native states into the protocol's, part by part."""
        return self._in(spec, native, self.inner.state_in)

    def _out(self, spec: Spec, arrays: Arrays, turn: Callable[[Spec, Arrays], Arrays]) -> Arrays:
        native: Arrays = {}
        for part in self.split(spec) if arrays else ():
            turned = turn(part.spec, part.take(arrays))
            native |= {part.name + name: array for name, array in turned.items()}
        return native

    def _in(self, spec: Spec, native: Arrays, turn: Callable[[Spec, Arrays], Arrays]) -> Arrays:
        arrays: Arrays = {}
        for part in self.split(spec) if native else ():
            own = {n[len(part.name) :]: a for n, a in native.items() if head(n) == part.name}
            arrays |= part.give(turn(part.spec, own))
        return arrays


def parameter_names(layout: Layout, spec: Spec) -> list[str]:
    """Return the native names of the parameters, in their native order."""
    blank: Arrays = {name: np.zeros(shape) for name, shape in parameter_shapes(spec).items()}
    return list(layout.params_out(spec, blank))

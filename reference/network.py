"""A whole network: layers, directions and the dense output layer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from rnncheck.protocol.names import prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.reference import dense
from rnncheck.reference.arrays import Given, Named, Numbers, prefixed, select
from rnncheck.reference.dropout import between, by_step, drop, of_gates, split
from rnncheck.reference.gates import masked
from rnncheck.reference.loop import Loop, Run

DENSE = ("weight_ho", "bias_o")


@dataclass(frozen=True)
class Pass:
    """What a forward pass over time gives.

    Attributes:
        outputs: (T, B, W), the padding rule applied.
        state: every part of the final state.
        trace: intermediate values (T, B, ...), prefixed like the parameters; "o_in" is the dense
            layer's pre-activation.
        runs: the run of each (layer, direction).
        h: the last layer's outputs (T, B, W), directions side by side, no padding rule applied.
    """

    outputs: Numbers
    state: Named
    trace: Named
    runs: dict[str, Run]
    h: Numbers


def cell_params(spec: Spec, params: Given, prefix: str) -> Named:
    """Return the parameters of one (layer, direction), without their prefix."""
    apart = DENSE if dense.follows(spec) else ()
    return {name: a for name, a in select(params, prefix).items() if name not in apart}


def layers(spec: Spec) -> list[list[str]]:
    """Return the prefixes of each layer, one for each direction."""
    names, ways = prefixes(spec), len(spec.directions)
    return [names[start : start + ways] for start in range(0, len(names), ways)]


@dataclass(frozen=True)
class Network:
    """A network over a loop; layers feed the next one, two directions are concatenated.

    Attributes:
        spec: the network.
        loop: what runs a cell over time.
        masks: of dropout, by the names of names.dropout_shapes; none for no dropout.
    """

    spec: Spec
    loop: Loop
    masks: Given = field(default_factory=dict[str, Numbers])

    def reverse(self, index: int) -> bool:
        """Tell whether a direction, by its place in spec.directions, runs from the end."""
        return self.spec.directions[index] == "reverse"

    def forward(self, params: Given, x: Numbers, state: Given, valid: Numbers) -> Pass:
        """Run over x (T, B, D) from a state, with valid (T, B)."""
        runs: dict[str, Run] = {}
        h, (masks, _) = x, self._masks()
        for layer, names in enumerate(layers(self.spec)):
            for index, name in enumerate(names):
                runs[name] = self._loop(name).forward(
                    self.spec,
                    cell_params(self.spec, params, name),
                    drop(masks, name + "input", h),
                    select(state, name),
                    valid,
                    self.reverse(index),
                    by_step(masks, name + "state", len(x)),
                )
            parts = [drop(masks, name + "output", runs[name].outputs()) for name in names]
            h = drop(masks, between(layer), np.concatenate(parts, axis=-1))
        final = {k: v for name, run in runs.items() for k, v in prefixed(name, run.final).items()}
        trace = {k: v for name, run in runs.items() for k, v in prefixed(name, run.trace()).items()}
        raw = h
        if dense.follows(self.spec):
            raw, shown = dense.forward(self.spec, params, h)
            trace |= {k: np.where(valid[:, :, None], a, np.zeros_like(a)) for k, a in shown.items()}
        return Pass(self._filled(raw, valid), final, trace, runs, h)

    def backward(
        self, params: Given, run: Pass, valid: Numbers, d_outputs: Numbers, d_state: Given
    ) -> Named:
        """Return every gradient, under "d.<parameter>", "d.x" and "d.state.<part>"."""
        grads: Named = {}
        d_h, (masks, _) = self._unfilled(d_outputs, valid), self._masks()
        if dense.follows(self.spec):
            d_dense, d_h = dense.backward(self.spec, params, run.h, run.trace["o_in"], d_h)
            grads |= prefixed("d.", d_dense)
        for layer, names in reversed(list(enumerate(layers(self.spec)))):
            d_h = drop(masks, between(layer), d_h)
            d_inputs: list[Numbers] = []
            for name, d_part in zip(names, np.split(d_h, len(names), axis=-1), strict=True):
                d_params, d_x, d_first = self._loop(name).backward(
                    self.spec,
                    cell_params(self.spec, params, name),
                    run.runs[name],
                    drop(masks, name + "output", d_part),
                    select(d_state, name),
                )
                d_inputs.append(drop(masks, name + "input", d_x))
                grads |= prefixed(f"d.{name}", d_params) | prefixed(f"d.state.{name}", d_first)
            d_h = sum(d_inputs[1:], d_inputs[0])
        return grads | {"d.x": d_h}

    def _masks(self) -> tuple[Given, Given]:
        return split(self.spec, self.masks)

    def _loop(self, name: str) -> Loop:
        """Return the loop over a layer's cell, its gates under masks where they have their own."""
        gates = of_gates(self._masks()[1], name)
        return replace(self.loop, cell=masked(self.loop.cell, gates)) if gates else self.loop

    def _filled(self, raw: Numbers, valid: Numbers) -> Numbers:
        parts = zip(self._directions(), self._split(raw), strict=True)
        return np.concatenate(
            [self.loop.fill(self.spec, part, valid, reverse) for reverse, part in parts], axis=-1
        )

    def _unfilled(self, d_outputs: Numbers, valid: Numbers) -> Numbers:
        parts = zip(self._directions(), self._split(d_outputs), strict=True)
        return np.concatenate(
            [self.loop.fill_backward(self.spec, d, valid, reverse) for reverse, d in parts],
            axis=-1,
        )

    def _directions(self) -> list[bool]:
        """Each part of the outputs is filled in its direction; a dense layer's in the first's."""
        ways = 1 if self.spec.output_size else len(self.spec.directions)
        return [self.reverse(index) for index in range(ways)]

    def _split(self, array: Numbers) -> list[Numbers]:
        return list(np.split(array, len(self._directions()), axis=-1))

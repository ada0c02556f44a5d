"""Deep and bidirectional networks wired wrongly: shared weights and states, inputs, directions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.mistakes.base import Given, Mistake, Variation
from rnncheck.protocol.names import Array, Arrays, group, prefixes
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import ReferenceImplementation, bind

_SEQUENCE_ONLY = frozenset({"step", "step_vjp", "sequence_vjp"})


def own(arrays: Mapping[str, Array], prefix: str) -> Arrays:
    """Return the arrays of one layer in one direction, without their prefix."""
    size = len(prefix)
    return {n[size:]: a for n, a in arrays.items() if n[: len(n) - len(_last(n))] == prefix}


def _last(name: str) -> str:
    return name.rpartition(".")[2]


class Wired(Variation):
    """Each layer in each direction run alone; a mistake wires them together wrongly."""

    without = _SEQUENCE_ONLY
    wraps = False

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence, layer by layer."""
        ways, names = self.spec.directions, prefixes(self.spec)
        outputs: Array = given.x
        results: Arrays = {}
        for start in range(0, len(names), len(ways)):
            x, found = self.inputs(given.x, outputs), []
            for prefix, direction in zip(names[start:], ways, strict=False):
                result = self.run(prefix, direction, x, given)
                found.append(result["outputs"])
                results |= {f"state.{prefix}{p}": a for p, a in group(result, "state").items()}
            outputs = np.concatenate(self.joined(found), axis=-1)  # (T, B, R of all directions)
        return {**results, "outputs": outputs}

    def cell(self, prefix: str, direction: str, inputs: int) -> ReferenceImplementation:
        """Return a layer in one direction as a network of its own."""
        layer = prefixes(self.spec).index(prefix) // len(self.spec.directions)
        sizes = self.spec.hidden_sizes[layer : layer + 1]
        spec = self.spec.with_(input_size=inputs, hidden_sizes=sizes, directions=(direction,))
        return bind(spec, own(self.params, prefix), self.dtype)

    def inputs(self, x: Array, outputs: Array) -> Array:
        """Return what a layer reads, given those of the network and what the layer below gave."""
        del x
        return outputs

    def run(self, prefix: str, direction: str, x: Array, given: Given) -> Arrays:
        """Return the results of a layer in one direction, from its part of the given state."""
        state = None if given.state is None else own(given.state, prefix)
        cell = self.cell(prefix, direction, x.shape[-1])
        return cell.sequence(x, state, given.lengths, given.mask)

    def joined(self, outputs: list[Array]) -> list[Array]:
        """Return the outputs (T, B, R) of a layer's directions in the order to join them in."""
        return outputs


class LayersFedWithX(Wired):
    """Every layer reads the inputs of the network, cut or filled up with zeros to its width."""

    def inputs(self, x: Array, outputs: Array) -> Array:
        """Return x (T, B, D) in the width of the outputs of the layer below."""
        fitted = np.zeros_like(outputs)
        width = min(x.shape[-1], outputs.shape[-1])
        fitted[:, :, :width] = x[:, :, :width]
        return fitted


class LayersShareState(Wired):
    """One state for all layers: each starts a step from what the layer below has left."""

    without = _SEQUENCE_ONLY | {"lengths", "mask", "zero_length"}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence step by step, with one state."""
        names, outputs = prefixes(self.spec), []
        cells = [self.cell(names[0], "forward", self.spec.input_size)]
        cells += [self.cell(name, "forward", self.spec.hidden_sizes[0]) for name in names[1:]]
        state = None if given.state is None else own(given.state, names[0])
        for x in given.x:
            h = x
            for cell in cells:
                result = cell.step(h, state)
                h, state = result["outputs"], group(result, "state")
            outputs.append(h)
        last = state or {}
        shared = {f"state.{name}{part}": a for name in names for part, a in last.items()}
        return {**shared, "outputs": np.stack(outputs)}


class LayersShareWeights(Variation):
    """All layers above the first are the second layer, as [cell] * n makes them."""

    without = frozenset({"step_vjp", "sequence_vjp"})

    def inner_params(self, spec: Spec) -> Arrays:
        """Return the parameters with those of the second layer in all above it."""
        second = {n: a for n, a in self.params.items() if n.startswith("l1.")}
        count = len(spec.hidden_sizes)
        above = {f"l{k}.{n[3:]}": a for k in range(2, count) for n, a in second.items()}
        return self.params | above


class DirectionsShareWeights(Variation):
    """Both directions compute with the weights of the forward one."""

    without = frozenset({"sequence_vjp"})

    def inner_params(self, spec: Spec) -> Arrays:
        """Return the parameters with the forward ones in both directions."""
        del spec
        return {n: self.params[n.replace(".reverse.", ".")] for n in self.params}


class DirectionsSwapped(Wired):
    """The outputs of the reverse direction stand before those of the forward one."""

    def joined(self, outputs: list[Array]) -> list[Array]:
        """Return the directions in the other order."""
        return outputs[::-1]


class ReverseFromPadding(Wired):
    """The whole padded sequence is turned round, so that reverse begins in the padding."""

    without = _SEQUENCE_ONLY | {"mask"}

    def run(self, prefix: str, direction: str, x: Array, given: Given) -> Arrays:
        """Run the reverse direction forward over all steps from the last one on."""
        if direction == "forward":
            return super().run(prefix, direction, x, given)
        result = super().run(prefix, "forward", x[::-1], given)
        return {**result, "outputs": result["outputs"][::-1]}


class ReverseIgnored(Wired):
    """The reverse direction runs forward, with weights of its own."""

    def run(self, prefix: str, direction: str, x: Array, given: Given) -> Arrays:
        """Run forward whatever the direction."""
        del direction
        return super().run(prefix, "forward", x, given)


class ReverseNotTurnedBack(Wired):
    """The outputs of the reverse direction stay in the order of processing."""

    without = _SEQUENCE_ONLY

    def run(self, prefix: str, direction: str, x: Array, given: Given) -> Arrays:
        """Turn the outputs of the reverse direction round."""
        result = super().run(prefix, direction, x, given)
        turned = result["outputs"] if direction == "forward" else result["outputs"][::-1]
        return {**result, "outputs": turned}


class ReverseStateFromLastStep(Wired):
    """h of the reverse direction is taken where the sequence ends, which is where it starts."""

    def run(self, prefix: str, direction: str, x: Array, given: Given) -> Arrays:
        """Take the final h of the reverse direction from the outputs of the last step."""
        result = super().run(prefix, direction, x, given)
        return result if direction == "forward" else {**result, "state.h": result["outputs"][-1]}


def _bare(spec: Spec) -> bool:
    return not spec.output_size


def _deep(spec: Spec) -> bool:
    return _bare(spec) and len(spec.hidden_sizes) > 1


def _one_state(spec: Spec) -> bool:
    alike = len(set(spec.hidden_sizes)) == 1 and not spec.projection
    return _deep(spec) and alike and spec.directions == ("forward",)


def _alike_above(spec: Spec) -> bool:
    return len(spec.hidden_sizes) > 2 and len(set(spec.hidden_sizes)) == 1


def _both(spec: Spec) -> bool:
    return len(spec.directions) == 2


def _bare_both(spec: Spec) -> bool:
    return _bare(spec) and _both(spec)


def _reverse(spec: Spec) -> bool:
    return _bare(spec) and "reverse" in spec.directions


MISTAKES = (
    Mistake(
        "layers_fed_with_x",
        "every layer reads the inputs of the network, not the outputs of the layer below",
        "Look at what the second layer is given.",
        LayersFedWithX,
        _deep,
    ),
    Mistake(
        "layers_share_state",
        "all layers read and write one hidden state",
        "Count the states: each layer has its own.",
        LayersShareState,
        _one_state,
        source="GansFallingShort PR #2",
    ),
    Mistake(
        "layers_share_weights",
        "the layers above the first are one and the same cell",
        "[cell] * n is one cell n times: look at how many there are.",
        LayersShareWeights,
        _alike_above,
        source="TensorFlow models #2878, #5485; BERT-BiLSTM-CRF #252",
    ),
    Mistake(
        "directions_share_weights",
        "both directions compute with the same weights",
        "Count the sets of weights of a layer in two directions.",
        DirectionsShareWeights,
        _both,
    ),
    Mistake(
        "directions_swapped",
        "the outputs of the two directions are joined in the other order",
        "Look at which direction comes first in the outputs.",
        DirectionsSwapped,
        _bare_both,
        source="onnx-tensorflow #227",
    ),
    Mistake(
        "reverse_from_padding",
        "the reverse direction begins in the padding",
        "Look at where a short row begins when the sequence is turned round.",
        ReverseFromPadding,
        _reverse,
        source="onnx-tensorflow #342; Keras #1282",
    ),
    Mistake(
        "reverse_ignored",
        "both directions run forward",
        "In which order does each direction see the steps?",
        ReverseIgnored,
        _bare_both,
        source="onnx's reference evaluator up to 1.22",
    ),
    Mistake(
        "reverse_not_turned_back",
        "the outputs of the reverse direction are in the order of processing",
        "Look at which step the first output of the reverse direction belongs to.",
        ReverseNotTurnedBack,
        _reverse,
        source="Keras #1703; onnxruntime #4187; onnx #2881",
    ),
    Mistake(
        "reverse_state_from_last_step",
        "the final state of the reverse direction is its output at the last step",
        "Look at where the reverse direction ends.",
        ReverseStateFromLastStep,
        _reverse,
        source="questions in the PyTorch forum, 49825 and 114814",
    ),
)

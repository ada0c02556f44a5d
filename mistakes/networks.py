"""Deep and bidirectional networks whose states or gradients go to the wrong layer or direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rnncheck.mistakes.base import Given, GivenBack, Mistake, Variation
from rnncheck.mistakes.layers import Wired
from rnncheck.protocol.names import Array, Arrays, group, outputs_width, prefixes
from rnncheck.protocol.spec import Spec

_FORWARD = frozenset({"step_vjp", "sequence_vjp"})
_NO_STEP = frozenset({"step_vjp"})


def _layer(name: str) -> str:
    """Return "l0." of "l0.h" and of "l0.reverse.h"."""
    return name[: name.index(".") + 1]


def _only(parts: Mapping[str, Array], start: str) -> Arrays:
    """Return the parts with zeros in those whose names begin otherwise."""
    return {n: a if n.startswith(start) else np.zeros_like(a) for n, a in parts.items()}


class LayersDetached(Variation):
    """No gradient goes from a layer to the layer below."""

    without = _NO_STEP

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return for each layer the gradients as if nothing stood above it."""
        found: Arrays = {}
        for layer in range(len(self.spec.hidden_sizes)):
            top, start = layer == len(self.spec.hidden_sizes) - 1, f"l{layer}."
            d_outputs = given.d_outputs if top else np.zeros_like(given.d_outputs)
            own = replace(given, d_outputs=d_outputs, d_state=_only(given.d_state, start))
            result = own.gradients(self.inner)
            keeps = (f"d.{start}", f"d.state.{start}", *(["d.x"] if layer == 0 else []))
            found |= {n: a for n, a in result.items() if n.startswith(keeps)}
        return found


class LowerStateGradientIgnored(Variation):
    """Of the final states only that of the last layer has a gradient."""

    without = _NO_STEP

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return gradients without those of the states of the lower layers."""
        last = f"l{len(self.spec.hidden_sizes) - 1}."
        return replace(given, d_state=_only(given.d_state, last)).gradients(self.inner)


class UpperInitialStateIgnored(Variation):
    """Only the first layer starts from the given state, the others from zero."""

    without = _FORWARD | {"step"}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        state = None if given.state is None else _only(given.state, "l0.")
        return replace(given, state=state).run(self.inner)


class StateOfTopLayerForAll(Variation):
    """Every layer's final state is that of the last layer."""

    without = _FORWARD | {"step"}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        result = given.run(self.inner)
        last = f"l{len(self.spec.hidden_sizes) - 1}."
        named = {
            f"state.{n}": f"state.{n.replace(_layer(n), last)}" for n in group(result, "state")
        }
        return {**result, **{name: result[top] for name, top in named.items()}}


class StatesByDirection(Variation):
    """States are numbered direction by direction, not layer by layer."""

    def _names(self) -> dict[str, str]:
        """Return by the right prefix the one that stands in its place."""
        names = prefixes(self.spec)
        turned = sorted(names, key=lambda name: ".reverse." in name)
        return dict(zip(names, turned, strict=True))

    def _read(self, state: Mapping[str, Array]) -> Arrays:
        """Return the given state as it is understood."""
        parts = {name[name.rindex(".") + 1 :] for name in state}
        return {f"{t}{p}": state[f"{n}{p}"] for n, t in self._names().items() for p in parts}

    def _written(self, result: Arrays, start: str) -> Arrays:
        """Return the results with the states as they are handed back."""
        state = group(result, start)
        parts = {name[name.rindex(".") + 1 :] for name in state}
        named = {f"{n}{p}": state[f"{t}{p}"] for n, t in self._names().items() for p in parts}
        return {**result, **{f"{start}.{name}": array for name, array in named.items()}}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        state = None if given.state is None else self._read(given.state)
        return self._written(replace(given, state=state).run(self.inner), "state")

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of a sequence."""
        state = None if given.state is None else self._read(given.state)
        back = replace(given, state=state, d_state=self._read(given.d_state))
        return self._written(back.gradients(self.inner), "d.state")


class DirectionStatesSwapped(Variation):
    """The final states of the two directions stand in each other's place."""

    without = _FORWARD

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        result = given.run(self.inner)
        swapped = {}
        for name in group(result, "state"):
            other = name.replace(".reverse.", ".") if ".reverse." in name else _reversed(name)
            swapped[f"state.{name}"] = result[f"state.{other}"]
        return {**result, **swapped}


def _reversed(name: str) -> str:
    head, _, last = name.rpartition(".")
    return f"{head}.reverse.{last}"


class DirectionGradientOverwritten(Variation):
    """The gradient of x is that of the reverse direction: it replaces the forward one's."""

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return right gradients, but for x that of one direction."""
        half = outputs_width(self.spec) // 2
        d_outputs = given.d_outputs.copy()  # (T, B, 2 R)
        d_outputs[:, :, :half] = 0
        own = replace(given, d_outputs=d_outputs, d_state=_only(given.d_state, "l0.reverse."))
        return {**given.gradients(self.inner), "d.x": own.gradients(self.inner)["d.x"]}


class LayersOneStepLate(Wired):
    """Each layer above the first reads h of the layer below from before the step."""

    without = _FORWARD | {"step", "lengths", "mask", "zero_length"}

    def run(self, prefix: str, direction: str, x: Array, given: Given) -> Arrays:
        """Shift what the layer reads by one step."""
        layer = prefixes(self.spec).index(prefix)
        if layer:
            blank = np.zeros_like(x[:1])
            first = blank if given.state is None else given.state[f"l{layer - 1}.h"][None]
            x = np.concatenate([first, x])[: len(x)]
        return super().run(prefix, direction, x, given)


class ReverseThroughPadding(Variation):
    """The reverse direction starts at step T, whatever the length of a row."""

    without = _FORWARD | {"mask"}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence; past the end of a row the outputs are zeros all the same."""
        right, whole = given.run(self.inner), given.without_rows().run(self.inner)
        if given.lengths is None:
            return right
        half = outputs_width(self.spec) // 2
        valid = np.arange(len(given.x))[:, None] < given.lengths  # (T, B)
        reverse = np.where(valid[:, :, None], whole["outputs"], 0)[:, :, half:]
        outputs = np.concatenate([right["outputs"][:, :, :half], reverse], axis=2)
        wrong = {n: a for n, a in whole.items() if n.startswith("state.l0.reverse.")}
        return {**right, "outputs": outputs, **wrong}


def _deep(spec: Spec) -> bool:
    return len(spec.hidden_sizes) > 1


def _deep_forward(spec: Spec) -> bool:
    return _deep(spec) and spec.directions == ("forward",) and not spec.output_size


def _one_layer_both_zero(spec: Spec) -> bool:
    return _one_layer_both(spec) and spec.padding.outputs == "zero"


def _alike(spec: Spec) -> bool:
    return _deep(spec) and len(set(spec.hidden_sizes)) == 1


def _both(spec: Spec) -> bool:
    return len(spec.directions) == 2


def _alike_both(spec: Spec) -> bool:
    return _alike(spec) and _both(spec)


def _one_layer_both(spec: Spec) -> bool:
    return _both(spec) and not _deep(spec) and not spec.output_size


_BELOW = "Follow the gradient from the last layer down to x."
_ORDER = "Write down which layer and which direction each state belongs to."

MISTAKES = (
    Mistake(
        "layers_one_step_late",
        "each layer reads h of the layer below from before the step",
        "Of which step is the h that the second layer reads?",
        LayersOneStepLate,
        _deep_forward,
    ),
    Mistake(
        "reverse_through_padding",
        "the reverse direction starts at step T, in the padding of short rows",
        "Look at where the reverse direction of a short row starts.",
        ReverseThroughPadding,
        _one_layer_both_zero,
    ),
    Mistake(
        "layers_detached", "no gradient goes to the layer below", _BELOW, LayersDetached, _deep
    ),
    Mistake(
        "lower_state_gradient_ignored",
        "of the final states only the last layer's has a gradient",
        "Each layer's final state may have a gradient of its own.",
        LowerStateGradientIgnored,
        _deep,
    ),
    Mistake(
        "upper_initial_state_ignored",
        "only the first layer starts from the given state",
        "Look at where each layer starts.",
        UpperInitialStateIgnored,
        _deep,
    ),
    Mistake(
        "state_of_top_layer_for_all",
        "every layer's final state is that of the last layer",
        "Count the states that come back: each layer has its own.",
        StateOfTopLayerForAll,
        _alike,
    ),
    Mistake(
        "states_by_direction",
        "states are ordered direction by direction, not layer by layer",
        _ORDER,
        StatesByDirection,
        _alike_both,
    ),
    Mistake(
        "direction_states_swapped",
        "the final states of the two directions are swapped",
        _ORDER,
        DirectionStatesSwapped,
        _both,
    ),
    Mistake(
        "direction_gradient_overwritten",
        "the gradient of x is that of the reverse direction alone",
        "Both directions read x: look at where their gradients meet.",
        DirectionGradientOverwritten,
        _one_layer_both,
    ),
)

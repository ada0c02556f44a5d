"""A drop-in for keras.layers.SimpleRNN, LSTM or GRU."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rnncheck.adapters import base_keras_layout as keras
from rnncheck.adapters.base import Adapter, state_names
from rnncheck.adapters.base_answers import find, parts
from rnncheck.adapters.base_called import called, construct
from rnncheck.adapters.base_keras import KerasRunner
from rnncheck.adapters.base_rerun import variables
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec

RETURNS = {"return_sequences": True, "return_state": True}


class KerasLayerLayout(keras.KerasLayout):
    """Weights as in base_keras; with go_backwards outputs come in the order of processing."""

    def arguments(self, spec: Spec, call: str, arrays: Arrays) -> Arrays:
        """Turn a call's arguments into native ones."""
        return _reversed(spec, super().arguments(spec, call, arrays), "d_outputs")

    def results_out(self, spec: Spec, call: str, arrays: Arrays) -> Arrays:
        """Turn the protocol's results into native ones."""
        return _reversed(spec, super().results_out(spec, call, arrays), "outputs")

    def results(self, spec: Spec, call: str, native: Arrays) -> Arrays:
        """Turn native results into the protocol's."""
        return super().results(spec, call, _reversed(spec, native, "outputs"))

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        old, new = variables(call, state_names(spec), given)
        make = [keras.construct("layer", name, spec, **_words(spec)), "layer.build(x.shape)"]
        run = f"outputs, {', '.join(new)} = layer(x{keras.keywords(old, given)})"
        return keras.rerun_lines(make, call, run, ["x", *old], new, keras.weight_names(spec))


def _reversed(spec: Spec, arrays: Arrays, name: str) -> Arrays:
    """Turn the time axis of (B, T, H) round where the layer goes backwards."""
    if spec.directions == ("forward",) or name not in arrays:
        return arrays
    return arrays | {name: arrays[name][:, ::-1]}


def _words(spec: Spec) -> dict[str, Any]:
    backwards = {"go_backwards": True} if spec.directions == ("reverse",) else {}
    return RETURNS | backwards


class KerasLayerRunner(KerasRunner):
    """Calls layer(x, initial_state=[h, c], mask=mask)."""

    def prepare(self) -> None:
        """Call the layer once on one step of zeros, which builds it."""
        self.built(self.tf.zeros((1, 1, self.spec.input_size), self.dtype))

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the layer on tensors."""
        state, names = self.state(given), state_names(self.spec)
        words = {"initial_state": state} if state else {}
        asked = f"[outputs, {', '.join(names)}], as return_sequences and return_state are True"
        words |= self.mask(given)
        how = ", ".join(["layer(x", *(f"{word}={word}" for word in words)]) + ")"
        with called(self.built.call, how, given["x"], **words):
            came = self.built(given["x"], **words)
        outputs, *new = parts(came, 1 + len(names), asked)
        return self.results(outputs, new, asked)


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a layer offers; nothing for a spec that it cannot express."""
    if not keras.fits(spec) or spec.time_major:
        return frozenset()
    calls = ("sequence", "sequence_vjp", "initial_state", "none_state", "final_state")
    shape = ("all_outputs", "batch_major", "lengths", "mask", "zero_length")
    return vocabulary.claims((*calls, *shape, "float64", "float32", "float16", "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> KerasLayerRunner:
    """Build the layer (see base.Adapter)."""
    kind, units = find(namespace, name), spec.hidden_sizes[0]
    words = keras.options(spec) | _words(spec)
    return KerasLayerRunner(lambda: construct(kind, units, **words), spec, params, dtype, device)


ADAPTER = Adapter(
    name="keras_layer",
    world="keras3",
    layout=KerasLayerLayout(),
    claims=claims,
    make=make,
    targets=keras.targets(""),
)

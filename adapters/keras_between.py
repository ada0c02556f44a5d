"""Drop-ins for keras.layers.SimpleRNN, LSTM or GRU in a stack, with keras.layers.Dropout between.

Each Dropout draws a mask for each step from its own seed generator; the same seed and
keras.random.dropout on ones give it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rnncheck.adapters import base_keras_layout as keras
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_keras_network import (
    RETURNS,
    KerasNetworkLayout,
    KerasNetworkRunner,
    Recurrent,
    states_of,
)
from rnncheck.adapters.base_parts import Part, layers
from rnncheck.adapters.base_rerun import arguments
from rnncheck.adapters.keras_dropout import ALONE
from rnncheck.adapters.keras_layer import claims as claims_of_layer
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays, layer_width
from rnncheck.protocol.spec import Dropout, Padding, Spec


def _member(part: Part, layer: Any) -> Recurrent:
    return Recurrent(layer, states_of(part), nested=False, inputs=part.spec.input_size)


def written(spec: Spec, name: str) -> list[Recurrent]:
    """Return the Python that makes each layer; outside training Dropout does nothing."""
    words = keras.options(spec) | RETURNS
    return [
        _member(part, f"{name}({arguments(part.spec.hidden_sizes, words)})")
        for part in layers(spec)
    ]


class KerasBetweenRunner(KerasNetworkRunner):
    """Feeds each layer with the outputs of the one before, in training through a Dropout."""

    drops: Mapping[str, Any] = {}

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call (see base.Runner); without a seed nothing is to be dropped."""
        seed = arrays.get("dropout.seed")
        given = {key: a for key, a in arrays.items() if not key.startswith("dropout.")}
        self.drops = {}
        if seed is None:
            return super().call(name, given)
        self._set_dtype()
        masks = dict(self._masks(int(seed), given["x"].shape[:2]))
        return super().call(name, given) | masks

    def _masks(self, seed: int, lead: tuple[int, ...]) -> Iterator[tuple[str, Any]]:
        """Make a Dropout after each layer but the last, and yield what it keeps (B, T, W)."""
        rate, drops = 1 - self.spec.dropout.between_keep, {}
        for layer in range(len(self.members) - 1):
            name, own = f"l{layer}.", seed + 7919 * layer
            drops[name] = self.keras.layers.Dropout(rate, seed=own)
            ones = self.tf.ones((*lead, layer_width(self.spec, layer)), self.dtype)
            shown = self.keras.random.dropout(ones, rate, seed=self.keras.random.SeedGenerator(own))
            yield f"dropout.{name}between", self.tf.cast(shown != 0, self.dtype).numpy()
        self.drops = drops

    def _called(self, member: Recurrent, x: Any, given: dict[str, Any]) -> tuple[Any, Any]:
        outputs, states = super()._called(member, x, given)
        drop = self.drops.get(member.states[0][0].rpartition(".")[0] + ".")
        return outputs if drop is None else drop(outputs, training=True), states


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a stack offers; nothing for a spec that it cannot express."""
    keep, plain = spec.dropout.between_keep, spec.with_(dropout=Dropout())
    between = keep < 1 and spec.dropout == Dropout(between_keep=keep)
    if not between or len(spec.hidden_sizes) < 2 or spec.directions != ("forward",):
        return frozenset()
    offered = frozenset.intersection(*(claims_of_layer(part.spec) for part in layers(plain)))
    if not offered or spec.output_size:
        return frozenset()
    return vocabulary.claims({*offered.difference(ALONE), "dropout", "dropout_drawn"})


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> KerasBetweenRunner:
    """Build the layers (see base.Adapter)."""
    kind, words = find(namespace, name), keras.options(spec) | RETURNS

    def made() -> list[Recurrent]:
        own = layers(spec)
        return [_member(p, construct(kind, *p.spec.hidden_sizes, **words)) for p in own]

    return KerasBetweenRunner(made, spec, params, dtype, device)


_LSTM = {
    "cell": "lstm",
    "biases": "single",
    "hidden_sizes": (3, 4),
    "time_major": False,
    "padding": Padding("repeat", "initial", "any"),
    "dropout": Dropout(between_keep=0.75),
}

ADAPTER = Adapter(
    name="keras_between",
    world="keras3",
    layout=KerasNetworkLayout(written),
    claims=claims,
    make=make,
    targets=(Target("keras.layers:LSTM", _LSTM, "keras.layers:LSTM[Dropout between]"),),
)

"""A drop-in for keras.layers.SimpleRNN, LSTM or GRU with dropout, in training and out.

Keras draws once for a sequence, from the seed generator of the layer or of its cell: first the masks
of the inputs, then those of the recurrent state. With recurrent_dropout an LSTM and a GRU draw one
for each gate, in the order of their kernel. The same seed and keras.random.dropout on ones give them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from rnncheck.adapters import base_keras_layout as keras
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_rerun import arguments
from rnncheck.adapters.keras_layer import RETURNS, KerasLayerLayout, KerasLayerRunner
from rnncheck.adapters.keras_layer import claims as claims_of_layer
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Dropout, Padding, Spec

ALONE = ("lengths", "mask", "zero_length", "none_state", "cuda")  # without dropout only


def _rates(spec: Spec) -> dict[str, float]:
    rates = {"dropout": 1 - spec.dropout.input_keep}
    if spec.dropout.draw == "gate":
        rates["recurrent_dropout"] = 1 - spec.dropout.state_keep
    return rates


class KerasDropoutLayout(KerasLayerLayout):
    """Weights as without dropout; masks as the protocol's."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call outside training."""
        lines = super().rerun(spec, call, name, given)
        first = next(n for n, line in enumerate(lines) if line.startswith("layer = "))
        lines[first] = f"{lines[first][:-1]}, {arguments((), _rates(spec))})"
        return lines


class KerasDropoutRunner(KerasLayerRunner):
    """Calls the layer with training=True after its seed generator was set."""

    training = False

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call (see base.Runner); without a seed nothing is to be dropped."""
        seed = arrays.get("dropout.seed")
        given = {key: a for key, a in arrays.items() if not key.startswith("dropout.")}
        self.training = seed is not None
        if seed is None:
            return super().call(name, given)
        self._set_dtype()
        owner = getattr(self.built, "cell", self.built)
        if not hasattr(owner, "seed_generator"):
            message = "its masks cannot be read off: draw them with self.seed_generator, a "
            raise Fault("error", message + "keras.random.SeedGenerator")
        owner.seed_generator.state.assign([int(seed), 0])
        masks = dict(self._masks(int(seed), given["x"].shape[0]))
        return super().call(name, given) | masks

    def mask(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the keyword arguments of a call besides its initial state."""
        return super().mask(given) | {"training": self.training}

    def _masks(self, seed: int, batch: int) -> Iterator[tuple[str, Any]]:
        """Yield the masks (B, W), or (G, B, W) in the order of the spec, that Keras draws."""
        keep, sizes = self.spec.dropout, (self.spec.input_size, self.spec.hidden_sizes[0])
        generator = self.keras.random.SeedGenerator(seed)
        order = keras.ORDER[self.spec.cell]
        gates = order if keep.draw == "gate" and keep.state_keep < 1 else order[:1]
        rates = (1 - keep.input_keep, 1 - keep.state_keep)
        for name, width, rate in zip(("input", "state"), sizes, rates, strict=True):
            if not rate:
                continue
            ones = self.tf.ones((batch, width), self.dtype)
            drawn = [self.keras.random.dropout(ones, rate, seed=generator) for _ in gates]
            kept = self.tf.cast(self.tf.stack(drawn) != 0, self.dtype).numpy()  # (G, B, W)
            by_gate = kept[[gates.index(gate) for gate in self.spec.gates if gate in gates]]
            yield f"dropout.{name}", by_gate if keep.draw == "gate" else kept[0]


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a layer offers; nothing for a spec that it cannot express."""
    keep, whole = spec.dropout, claims_of_layer(spec.with_(dropout=Dropout()))
    inputs = keep == Dropout(keep.input_keep, draw="once") and keep.input_keep < 1
    gates = keep == Dropout(keep.input_keep, state_keep=keep.state_keep, draw="gate")
    if not whole or not (inputs or (gates and keep.state_keep < 1)):
        return frozenset()
    return vocabulary.claims({*whole.difference(ALONE), "dropout", "dropout_drawn"})


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> KerasDropoutRunner:
    """Build the layer (see base.Adapter)."""
    kind, units = find(namespace, name), spec.hidden_sizes[0]
    words = keras.options(spec) | RETURNS | _rates(spec)
    return KerasDropoutRunner(lambda: construct(kind, units, **words), spec, params, dtype, device)


def _target(name: str, cell: str, words: str, dropout: Dropout, **options: Any) -> Target:
    common = {"time_major": False, "padding": Padding("repeat", "initial", "any")}
    chosen = {"cell": cell, "biases": "single", "dropout": dropout, **common, **options}
    return Target(f"keras.layers:{name}", chosen, f"keras.layers:{name}[{words}]")


_INPUT, _BOTH = Dropout(0.75, draw="once"), Dropout(0.5, state_keep=0.75, draw="gate")

ADAPTER = Adapter(
    name="keras_dropout",
    world="keras3",
    layout=KerasDropoutLayout(),
    claims=claims,
    make=make,
    targets=(
        _target("SimpleRNN", "elman", "dropout, recurrent_dropout", _BOTH),
        _target("LSTM", "lstm", "dropout", _INPUT),
        _target("LSTM", "lstm", "dropout, recurrent_dropout", _BOTH),
        _target("GRU", "gru", "dropout, recurrent_dropout", _BOTH, biases="double"),
    ),
)

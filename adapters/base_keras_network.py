"""What the Keras 3 adapters of whole networks share: layers of their own sizes, a dense layer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from rnncheck.adapters.base_answers import parts, wrong_answer
from rnncheck.adapters.base_called import called
from rnncheck.adapters.base_dense import DenseLayout
from rnncheck.adapters.base_keras import KerasRunner
from rnncheck.adapters.base_keras_layout import KerasLayout, keywords, rerun_lines
from rnncheck.adapters.base_parts import Part, PartsLayout, cells, parameter_names
from rnncheck.adapters.base_rerun import arguments, variables
from rnncheck.protocol.names import Arrays, layer_width
from rnncheck.protocol.spec import Spec

RETURNS = {"return_sequences": True, "return_state": True}


@dataclass(frozen=True)
class Recurrent:
    """A layer of a network.

    Attributes:
        layer: called as layer(x, initial_state=..., mask=...); or the Python that makes it.
        states: the native parts of its state, in its order, grouped by cell.
        nested: the state of each cell is a list of its own.
        inputs: width of x.
    """

    layer: Any
    states: list[list[str]]
    nested: bool
    inputs: int


def states_of(part: Part) -> list[list[str]]:
    """Return the native parts of the state of each cell of a layer."""
    kinds = ["h", "c"] if part.spec.cell == "lstm" else ["h"]
    return [[prefix + kind for kind in kinds] for prefix in part.prefixes]


class KerasNetworkLayout(DenseLayout):
    """Weights "l0.kernel" and so on, cell by cell, then "dense.kernel" (R, O); states "l0.h"."""

    def __init__(self, written: Callable[[Spec, str], list[Recurrent]]) -> None:
        """Give each cell the layout of Keras' cells; `written` says how layers are made."""
        super().__init__(PartsLayout(KerasLayout(), cells), "dense.kernel", transposed=True)
        self.written = written

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        members = self.written(spec, name)
        made = ["network = keras.layers.Layer()"]
        made += [f"network.layers = [{', '.join(member.layer for member in members)}]"]
        run: list[str] = []
        olds: list[str] = []
        news: list[str] = []
        x = "x"
        for index, member in enumerate(members):
            made += [f"network.layers[{index}].build((None, None, {member.inputs}))"]
            pairs = [variables(call, names, given) for names in member.states]
            old, new = ([n for names in half for n in names] for half in zip(*pairs, strict=True))
            start, came = (_listed(half, member.nested) for half in zip(*pairs, strict=True))
            words = keywords([start] if old else [], given)
            run += [f"outputs, {came} = network.layers[{index}]({x}{words})"]
            olds, news, x = olds + old, news + new, "outputs"
        if spec.output_size:
            words = arguments((spec.output_size,), _dense_options(spec))
            made += [f"network.dense = keras.layers.Dense({words})"]
            made += [f"network.dense.build((None, None, {_width(spec)}))"]
            run += ["outputs = network.dense(outputs)"]
        own = parameter_names(self, spec)
        return rerun_lines(made, call, "\n".join(run), ["x", *olds], news, own)


def _listed(cells_of: tuple[list[str], ...], nested: bool) -> str:
    texts = (", ".join(names) for names in cells_of)
    return ", ".join(f"[{text}]" for text in texts) if nested else ", ".join(texts)


def _width(spec: Spec) -> int:
    return layer_width(spec, len(spec.hidden_sizes) - 1)


def _dense_options(spec: Spec) -> dict[str, Any]:
    plain = spec.output_activation == "identity"
    return {} if plain else {"activation": spec.output_activation}


class KerasNetworkRunner(KerasRunner):
    """Feeds each layer with the outputs of the one before; all take the same mask."""

    def __init__(
        self,
        made: Callable[[], list[Recurrent]],
        spec: Spec,
        params: Arrays,
        dtype: str,
        device: str,
    ) -> None:
        """Build the layers and the dense layer, and set their weights.

        Args:
            made: makes the layers.
            spec: the network.
            params: native weights, in order.
            dtype: "float64" or "float32".
            device: "cpu" or "cuda".
        """
        self.members: list[Recurrent] = []

        def build() -> Any:
            self.members = made()
            network = self.keras.layers.Layer()
            network.layers = [member.layer for member in self.members]
            if spec.output_size:
                network.dense = self.keras.layers.Dense(spec.output_size, **_dense_options(spec))
            return network

        super().__init__(build, spec, params, dtype, device)

    def prepare(self) -> None:
        """Call the network once on one step of zeros, which builds it."""
        self.run({"x": self.tf.zeros((1, 1, self.spec.input_size), self.dtype)}, False)

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call layer after layer on tensors."""
        outputs: Any = given["x"]
        states: dict[str, Any] = {}
        for member in self.members:
            outputs, new = self._called(member, outputs, given)
            states |= new
        if self.spec.output_size:
            outputs = self.built.dense(outputs)
        return {"outputs": outputs, **states}

    def _called(self, member: Recurrent, x: Any, given: dict[str, Any]) -> tuple[Any, Any]:
        words, names = self.mask(given), [name for cell in member.states for name in cell]
        if f"state.{names[0]}" in given:
            start = [[given[f"state.{name}"] for name in cell] for cell in member.states]
            words["initial_state"] = start if member.nested else self.tf.nest.flatten(start)
        how = ", ".join(["layer(x", *(f"{word}={word}" for word in words)]) + ")"
        with called(member.layer.call, how, x, **words):
            came = member.layer(x, **words)
        asked = f"[outputs, {', '.join(names)}], as return_sequences and return_state are True"
        count = len(member.states) if member.nested else len(names)
        flat = self.tf.nest.flatten(parts(came, 1 + count, asked))
        if len(flat) != 1 + len(names) or not all(self.tf.is_tensor(value) for value in flat):
            raise wrong_answer(came, asked)
        return flat[0], {f"state.{n}": value for n, value in zip(names, flat[1:], strict=True)}

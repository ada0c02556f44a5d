"""A drop-in for keras.layers.SimpleRNNCell, LSTMCell or GRUCell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
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


class KerasCellLayout(keras.KerasLayout):
    """Weights as in base_keras; a step is cell(x, [h, c]), a sequence keras.layers.RNN(cell)."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        old, new = variables(call, state_names(spec), given)
        make = [keras.construct("cell", name, spec), f"cell.build((None, {spec.input_size}))"]
        if call.startswith("step"):
            start = ", ".join(old) if old else "*cell.get_initial_state(batch_size=len(x))"
            run = f"outputs, [{', '.join(new)}] = cell(x, [{start}])"
        else:
            make += ["layer = keras.layers.RNN(cell, return_sequences=True, return_state=True)"]
            run = f"outputs, {', '.join(new)} = layer(x{keras.keywords(old, given)})"
        return keras.rerun_lines(make, call, run, ["x", *old], new, keras.weight_names(spec))


class KerasCellRunner(KerasRunner):
    """Calls cell(x, [h, c]), or the cell in keras.layers.RNN."""

    def prepare(self) -> None:
        """Build the cell as keras.layers.RNN does."""
        if not self.built.built:
            self.built.build((None, self.spec.input_size))

    @cached_property
    def layer(self) -> Any:
        """The cell in Keras' own loop."""
        return self.keras.layers.RNN(self.built, return_sequences=True, return_state=True)

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the cell on tensors."""
        state, names = self.state(given), ", ".join(state_names(self.spec))
        if step:
            batch = given["x"].shape[0]
            state = state or self.layer.get_initial_state(batch_size=batch)
            asked = f"(outputs, [{names}]), tensors (B, H)"
            with called(self.built.call, f"cell(x, [{names}])", given["x"], list(state)):
                answer = self.built(given["x"], list(state))
            outputs, new = parts(answer, 2, asked)
            return self.results(outputs, new, asked)
        words = {"initial_state": state} if state else {}
        came = self.layer(given["x"], **words, **self.mask(given))
        return self.results(came[0], came[1:], f"[outputs, {names}] from keras.layers.RNN(cell)")


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a cell offers; nothing for a spec that it cannot express."""
    if not keras.fits(spec) or spec.directions != ("forward",):
        return frozenset()
    offered = ["step", "step_vjp", "initial_state", "none_state", "final_state"]
    if not spec.time_major:
        offered += ["sequence", "sequence_vjp", "all_outputs", "batch_major"]
        offered += ["lengths", "mask", "zero_length"]
    return vocabulary.claims((*offered, "float64", "float32", "float16", "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> KerasCellRunner:
    """Build the cell (see base.Adapter)."""
    kind, units = find(namespace, name), spec.hidden_sizes[0]
    return KerasCellRunner(
        lambda: construct(kind, units, **keras.options(spec)), spec, params, dtype, device
    )


ADAPTER = Adapter(
    name="keras_cell",
    world="keras3",
    layout=KerasCellLayout(),
    claims=claims,
    make=make,
    targets=keras.targets("Cell"),
)

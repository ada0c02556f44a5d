"""A drop-in for torch.nn.RNNCell, LSTMCell or GRUCell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rnncheck.adapters.base import Adapter, Layout, Target, gates_from, gates_to, state_names
from rnncheck.adapters.base_answers import find, parts, single
from rnncheck.adapters.base_called import called, construct
from rnncheck.adapters.base_rerun import arguments, as_tuple, variables
from rnncheck.adapters.base_torch import ORDER, TorchRunner, options, rerun_lines
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays, cell_parameter_shapes
from rnncheck.protocol.spec import Spec


class TorchCellLayout(Layout):
    """Parameters (G, H, ...) become (G * H, ...), gates i, f, g, o or r, z, n."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Turn the protocol's parameters into a state_dict."""
        order = ORDER[spec.cell]
        return {  # (G, H, ...) -> (G * H, ...)
            name: gates_to(order, spec, array).reshape(-1, *array.shape[2:])
            for name, array in params.items()
        }

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn a state_dict into the protocol's parameters."""
        shapes, order = cell_parameter_shapes(spec), ORDER[spec.cell]
        return {n: gates_from(order, spec, a.reshape(shapes[n])) for n, a in native.items()}

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        old, new = variables(call, state_names(spec), given)
        run = [f"{', '.join(new)} = cell(x, {as_tuple(old)})", f"outputs = {new[0]}"]
        sizes = (spec.input_size, spec.hidden_sizes[0])
        construct = f"cell = {name}({arguments(sizes, options(spec))})"
        own = list(cell_parameter_shapes(spec))
        return rerun_lines(construct, call, run, ["x", *old], new, own)


class TorchCellRunner(TorchRunner):
    """Calls cell(x, h) or cell(x, (h, c)); without a state cell(x, None)."""

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the cell on tensors."""
        state = given.get("state.h")
        if self.spec.cell != "lstm":
            h = self.tensor(self._called(given["x"], state), "the new h, one tensor (B, H)")
            return {"outputs": h, "state.h": h}
        state = None if state is None else (state, given["state.c"])
        asked = "the tuple (h, c) of two tensors (B, H)"
        new = self._called(given["x"], state)
        self.facts["containers"] = {"state": type(new).__name__}
        h, c = (self.tensor(part, asked) for part in parts(new, 2, asked))
        return {"outputs": h, "state.h": h, "state.c": c}

    def _called(self, x: Any, state: Any) -> Any:
        how = f"cell(x, {as_tuple(state_names(self.spec))})"
        with called(self.module.forward, how, x, state):
            return self.module(x, state)


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a cell offers; nothing for a spec that it cannot express."""
    if not single(spec) or spec.biases == "single" or spec.peepholes or spec.projection:
        return frozenset()
    calls = ("step", "step_vjp", "initial_state", "none_state", "final_state")
    return vocabulary.claims((*calls, *vocabulary.DTYPES, "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> TorchCellRunner:
    """Build the cell (see base.Adapter)."""
    kind = find(namespace, name)
    sizes = (spec.input_size, spec.hidden_sizes[0])
    return TorchCellRunner(
        lambda: construct(kind, *sizes, **options(spec)), spec, params, dtype, device
    )


ADAPTER = Adapter(
    name="torch_cell",
    world="torch",
    layout=TorchCellLayout(),
    claims=claims,
    make=make,
    targets=(
        Target("torch.nn:RNNCell", {"cell": "elman", "biases": "double"}),
        Target(
            "torch.nn:RNNCell",
            {"cell": "elman", "activation": "relu", "biases": "double"},
            "torch.nn:RNNCell[relu]",
        ),
        Target("torch.nn:LSTMCell", {"cell": "lstm", "biases": "double"}),
        Target("torch.nn:GRUCell", {"cell": "gru", "biases": "double", "reset": "after"}),
    ),
)

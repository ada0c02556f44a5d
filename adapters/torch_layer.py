"""A drop-in for torch.nn.RNN, LSTM or GRU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find, parts, plain, wrong_answer
from rnncheck.adapters.base_called import called, construct
from rnncheck.adapters.base_rerun import as_tuple
from rnncheck.adapters.base_torch import TorchRunner
from rnncheck.adapters.base_torch_layer import TorchLayerLayout, layer_options, state_kinds
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Padding, Spec


class TorchLayerRunner(TorchRunner):
    """Calls layer(x, state); with lengths on a packed sequence."""

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the layer on tensors."""
        utils = self.torch.nn.utils.rnn
        x, batch_first = given["x"], not self.spec.time_major
        kinds = state_kinds(self.spec)
        state = [given[f"state.{kind}"] for kind in kinds if f"state.{kind}" in given]
        if "lengths" in given:
            x = utils.pack_padded_sequence(x, given["lengths"], batch_first, False)
        asked = f"the tuple (outputs, {as_tuple([f'{kind}_n' for kind in kinds])})"
        hx = tuple(state) if len(state) > 1 else (state[0] if state else None)
        how = f"layer(x, {as_tuple(kinds)})"
        with self.quiet(), called(self.module.forward, how, x, hx):
            answer = self.module(x, hx)
        outputs, new = parts(answer, 2, asked)
        if "lengths" in given:
            if not isinstance(outputs, utils.PackedSequence):
                raise wrong_answer(outputs, "a PackedSequence, as the input was one")
            steps = given["x"].shape[1 if batch_first else 0]
            outputs, _ = utils.pad_packed_sequence(outputs, batch_first, total_length=steps)
        self.facts["containers"] = {"state": type(new).__name__}
        news = parts(new, 2, asked) if len(kinds) > 1 else [new]
        results = {"outputs": self.tensor(outputs, asked)}
        return results | {
            f"state.{kind}": self.tensor(part, asked)
            for kind, part in zip(kinds, news, strict=True)
        }


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a layer offers; nothing for a spec that it cannot express."""
    odd = spec.biases == "single" or spec.peepholes or spec.directions == ("reverse",)
    if odd or not plain(spec) or len(set(spec.hidden_sizes)) > 1:
        return frozenset()
    calls = ("sequence", "sequence_vjp", "initial_state", "none_state", "final_state")
    shape = ("all_outputs", "lengths", "time_major", "batch_major")
    return vocabulary.claims((*calls, *shape, *vocabulary.DTYPES, "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> TorchLayerRunner:
    """Build the layer (see base.Adapter)."""
    kind = find(namespace, name)
    sizes = (spec.input_size, spec.hidden_sizes[0])
    return TorchLayerRunner(
        lambda: construct(kind, *sizes, **layer_options(spec)), spec, params, dtype, device
    )


_COMMON: dict[str, Any] = {"biases": "double", "padding": Padding("zero", "error", "right")}
_FORMS: dict[str, dict[str, Any]] = {
    "stacked": {"hidden_sizes": (3, 3)},
    "bidirectional": {"directions": ("forward", "reverse")},
    "stacked bidirectional": {"hidden_sizes": (3, 3), "directions": ("forward", "reverse")},
}
_CELLS = {"RNN": "elman", "LSTM": "lstm", "GRU": "gru"}


def _formed() -> list[Target]:
    """Return torch.nn's layers with num_layers, bidirectional and proj_size."""
    found = [
        Target(f"torch.nn:{name}", {"cell": cell, **_COMMON, **form}, f"torch.nn:{name}[{words}]")
        for name, cell in _CELLS.items()
        for words, form in _FORMS.items()
    ]
    options = {"cell": "lstm", "projection": 2, **_COMMON}
    both = options | _FORMS["stacked bidirectional"]
    name = "torch.nn:LSTM[stacked bidirectional proj_size]"
    return [
        *found,
        Target("torch.nn:LSTM", options, "torch.nn:LSTM[proj_size]"),
        Target("torch.nn:LSTM", both, name),
    ]


ADAPTER = Adapter(
    name="torch_layer",
    world="torch",
    layout=TorchLayerLayout(),
    claims=claims,
    make=make,
    targets=(
        Target("torch.nn:RNN", {"cell": "elman", **_COMMON}),
        Target(
            "torch.nn:RNN",
            {"cell": "elman", "activation": "relu", **_COMMON},
            "torch.nn:RNN[relu]",
        ),
        Target("torch.nn:LSTM", {"cell": "lstm", **_COMMON}),
        Target("torch.nn:GRU", {"cell": "gru", "reset": "after", **_COMMON}),
        *_formed(),
    ),
)

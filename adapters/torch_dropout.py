"""A drop-in for torch.nn.RNN, LSTM or GRU with dropout between its layers, in training and out.

torch draws one mask for each layer but the last, (T, B, W), in order of the layers: the same seed
and torch.nn.functional.dropout on ones of that shape give the same masks. So a drop-in has to draw
them likewise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_torch import as_numpy
from rnncheck.adapters.base_torch_layer import TorchLayerLayout, layer_options
from rnncheck.adapters.torch_layer import TorchLayerRunner
from rnncheck.adapters.torch_layer import claims as claims_of_layer
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.names import Arrays, layer_width
from rnncheck.protocol.spec import Dropout, Padding, Spec

ALONE = ("lengths", "cuda")  # offered without dropout only


def _options(spec: Spec) -> dict[str, Any]:
    return layer_options(spec) | {"dropout": 1 - spec.dropout.between_keep}


class TorchDropoutLayout(TorchLayerLayout):
    """Parameters and states as without dropout; masks "l0.between" as the protocol's."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call, in training where a seed is given."""
        training = given is not None and "dropout.seed" in given
        mode = ["torch.manual_seed(int(dropout_seed))"] if training else ["layer.eval()"]
        lines = super().rerun(spec, call, name, given)
        first = next(n for n, line in enumerate(lines) if line.startswith("layer = "))
        rate = 1 - spec.dropout.between_keep
        lines[first] = f"{lines[first][:-1]}, dropout={rate})"
        return [*lines[: first + 1], *mode, *lines[first + 1 :]]


class TorchDropoutRunner(TorchLayerRunner):
    """Calls the layer in evaluation, or in training after torch.manual_seed."""

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call (see base.Runner); without a seed nothing is to be dropped."""
        seed = arrays.get("dropout.seed")
        given = {key: a for key, a in arrays.items() if not key.startswith("dropout.")}
        self.module.train(seed is not None)
        if seed is None:
            return super().call(name, given)
        masks = self._masks(int(seed), given["x"].shape[:2])
        self.torch.manual_seed(int(seed))
        return super().call(name, given) | masks

    def _masks(self, seed: int, lead: tuple[int, ...]) -> Arrays:
        """Return the masks that torch draws with a seed, in the layer's order of axes."""
        self.torch.manual_seed(seed)
        steps, batch = lead if self.spec.time_major else lead[::-1]
        masks: Arrays = {}
        for layer in range(len(self.spec.hidden_sizes) - 1):
            ones = self.torch.ones(steps, batch, layer_width(self.spec, layer), dtype=self.dtype)
            rate = 1 - self.spec.dropout.between_keep
            dropped = as_numpy(self.torch.nn.functional.dropout(ones, rate, True))  # (T, B, W)
            kept = (dropped != 0).astype(dropped.dtype)
            masks[f"dropout.l{layer}.between"] = (
                kept if self.spec.time_major else kept.swapaxes(0, 1)
            )
        return masks


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a layer offers; nothing for a spec that it cannot express."""
    keep = spec.dropout.between_keep
    whole = claims_of_layer(spec.with_(dropout=Dropout()))
    odd = spec.dropout != Dropout(between_keep=keep) or len(spec.hidden_sizes) < 2
    if keep == 1 or odd or not whole:
        return frozenset()
    return vocabulary.claims({*whole.difference(ALONE), "dropout", "dropout_drawn"})


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> TorchDropoutRunner:
    """Build the layer (see base.Adapter)."""
    kind, sizes = find(namespace, name), (spec.input_size, spec.hidden_sizes[0])
    return TorchDropoutRunner(
        lambda: construct(kind, *sizes, **_options(spec)), spec, params, dtype, device
    )


def _target(name: str, cell: str, keep: float, words: str, **options: Any) -> Target:
    common = {"padding": Padding("zero", "error", "right"), "hidden_sizes": (3, 3)}
    dropout = {"dropout": Dropout(between_keep=keep)}
    chosen = {"cell": cell, "biases": "double", **common, **dropout, **options}
    return Target(f"torch.nn:{name}", chosen, f"torch.nn:{name}[{words}]")


ADAPTER = Adapter(
    name="torch_dropout",
    world="torch",
    layout=TorchDropoutLayout(),
    claims=claims,
    make=make,
    targets=(
        _target("RNN", "elman", 0.75, "dropout"),
        _target("LSTM", "lstm", 0.5, "dropout"),
        _target("GRU", "gru", 0.25, "bidirectional dropout", directions=("forward", "reverse")),
    ),
)

"""What the torch adapters of whole networks share: layers of their own sizes, then a dense layer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rnncheck.adapters.base_answers import find, parts, wrong_answer
from rnncheck.adapters.base_called import called, construct
from rnncheck.adapters.base_dense import DenseLayout
from rnncheck.adapters.base_parts import Part, PartsLayout, layers, parameter_names
from rnncheck.adapters.base_rerun import arguments, as_tuple, variables
from rnncheck.adapters.base_torch import TorchRunner, rerun_lines
from rnncheck.adapters.base_torch_layer import TorchLayerLayout, layer_options, state_kinds
from rnncheck.protocol.names import Arrays, layer_width
from rnncheck.protocol.spec import Spec


class TorchNetworkLayout(DenseLayout):
    """Parameters "l0.weight_ih_l0" and so on, "dense.weight"; states "l0.h" (directions, B, R)."""

    def __init__(self) -> None:
        """Give each layer the layout of torch.nn's layers, and the dense one that of Linear."""
        super().__init__(PartsLayout(TorchLayerLayout(), layers), "dense.weight", transposed=False)

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `given` None means x and the whole state."""
        packed = given is not None and "lengths" in given
        made, run, x = [], [], "packed" if packed else "x"
        olds: list[str] = []
        news: list[str] = []
        for part in layers(spec):
            key, sizes = part.name[:-1], (part.spec.input_size, part.spec.hidden_sizes[0])
            old, new = variables(call, [part.name + k for k in state_kinds(spec)], given)
            made += [f'"{key}": {name}({arguments(sizes, layer_options(part.spec))})']
            run += [f'outputs, {as_tuple(new)} = network["{key}"]({x}, {as_tuple(old)})']
            olds, news, x = olds + old, news + new, "outputs"
        if spec.output_size:
            made += [f'"dense": torch.nn.Linear({_width(spec)}, {spec.output_size})']
            run += [_dense_line(spec, packed)]
        if packed:
            run = _packed(spec, run)
        make = f"network = torch.nn.ModuleDict({{{', '.join(made)}}})"
        return rerun_lines(make, call, run, ["x", *olds], news, parameter_names(self, spec))


def _width(spec: Spec) -> int:
    return layer_width(spec, len(spec.hidden_sizes) - 1)


def _dense_line(spec: Spec, packed: bool) -> str:
    line = f'network["dense"](outputs{".data" * packed})'
    if spec.output_activation != "identity":
        line = f"torch.{spec.output_activation}({line}{_over(spec)})"
    return f"outputs = outputs._replace(data={line})" if packed else f"outputs = {line}"


def _over(spec: Spec) -> str:
    return ", dim=-1" if spec.output_activation == "softmax" else ""


def _packed(spec: Spec, run: list[str]) -> list[str]:
    batch = "" if spec.time_major else "batch_first=True, "
    steps = f"x.shape[{0 if spec.time_major else 1}]"
    return [
        "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence",
        f"packed = pack_padded_sequence(x, torch.tensor(lengths), {batch}enforce_sorted=False)",
        *run,
        f"outputs, _ = pad_packed_sequence(outputs, {batch}total_length={steps})",
    ]


class TorchNetworkRunner(TorchRunner):
    """Feeds each layer with the outputs of the one before; with lengths all on packed sequences."""

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the layers, and the dense layer where there is one, on tensors."""
        utils, batch_first = self.torch.nn.utils.rnn, not self.spec.time_major
        outputs: Any = given["x"]
        results: dict[str, Any] = {}
        if "lengths" in given:
            outputs = utils.pack_padded_sequence(outputs, given["lengths"], batch_first, False)
        for part in layers(self.spec):
            outputs, new = self._layer(part, outputs, given)
            results |= new
        if self.spec.output_size:
            outputs = self._dense(outputs)
        if "lengths" in given:
            steps = given["x"].shape[1 if batch_first else 0]
            outputs, _ = utils.pad_packed_sequence(outputs, batch_first, total_length=steps)
        return {"outputs": outputs, **results}

    def _layer(self, part: Part, x: Any, given: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        module, kinds = self.module[part.name[:-1]], state_kinds(self.spec)
        state = [given[key] for k in kinds if (key := f"state.{part.name}{k}") in given]
        hx = tuple(state) if len(state) > 1 else (state[0] if state else None)
        asked = f"the tuple (outputs, {as_tuple([f'{kind}_n' for kind in kinds])})"
        with self.quiet(), called(module.forward, f"layer(x, {as_tuple(kinds)})", x, hx):
            outputs, new = parts(module(x, hx), 2, asked)
        if not isinstance(outputs, type(x)):
            raise wrong_answer(outputs, f"{asked}; outputs a {type(x).__name__}, as x is one")
        news = parts(new, 2, asked) if len(kinds) > 1 else [new]
        named = zip(kinds, news, strict=True)
        return outputs, {f"state.{part.name}{k}": self.tensor(t, asked) for k, t in named}

    def _dense(self, outputs: Any) -> Any:
        if isinstance(outputs, self.torch.Tensor):
            return self._projected(outputs)
        return outputs._replace(data=self._projected(outputs.data))

    def _projected(self, outputs: Any) -> Any:
        with called(self.module["dense"].forward, "linear(outputs)", outputs):
            answer = self.module["dense"](outputs)
        tensor = self.tensor(answer, "a tensor from Linear")
        name = self.spec.output_activation
        over = {"dim": -1} if name == "softmax" else {}
        return tensor if name == "identity" else getattr(self.torch, name)(tensor, **over)


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> TorchNetworkRunner:
    """Build the layers and the dense layer, of the namespace's Linear if it has one (see base.Adapter)."""
    kind = find(namespace, name)

    def build() -> Any:
        from torch import nn

        modules = nn.ModuleDict()
        for part in layers(spec):
            sizes = (part.spec.input_size, part.spec.hidden_sizes[0])
            modules[part.name[:-1]] = construct(kind, *sizes, **layer_options(part.spec))
        if spec.output_size:
            dense = namespace.get("Linear", nn.Linear)
            modules["dense"] = construct(dense, _width(spec), spec.output_size)
        return modules

    return TorchNetworkRunner(build, spec, params, dtype, device)

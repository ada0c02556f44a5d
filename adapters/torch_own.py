"""A torch.nn.Module with parameters under names of its own: one step of a cell, or a layer.

Made from (input size, hidden size); its parameters are matched by shape, see base_own. A cell is
called with x (B, D) and a state, a layer with x (T, B, D): h, (h,), (h, c) or h and c apart,
whichever it takes. It gives back outputs, a tensor or a list of steps, and the new state.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from rnncheck.adapters.base import Adapter, Layout, state_names
from rnncheck.adapters.base_answers import OTHER_NAMES, find, single, spelled_within
from rnncheck.adapters.base_called import construct
from rnncheck.adapters.base_own import HIDDEN, INPUTS, in_protocol, match, values
from rnncheck.adapters.base_own_calls import Calls, hidden_first, named, ways
from rnncheck.adapters.base_own_functions import module_of
from rnncheck.adapters.base_torch import TorchRunner, import_torch
from rnncheck.protocol import claims as vocabulary
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class OwnLayout(Layout):
    """The protocol's own arrays: the runner puts them where they belong."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Return the parameters as they are."""
        return dict(params)

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Return the gradients as they are."""
        return dict(native)

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that make the object and say how its parameters were found."""
        del given
        sizes = f"{spec.input_size}, {spec.hidden_sizes[0]}"
        return [
            "import torch",
            f"own = {name}({sizes})",
            "print([(n, tuple(p.shape)) for n, p in own.named_parameters()])",
            f"# put params there, with the gates in the order {', '.join(spec.gates)}; then call it",
        ]


class TorchOwnRunner(TorchRunner):
    """Finds what the parameters are, fills them and calls the module."""

    state_first = False
    cell_first = False
    layered = False
    stateless = False

    def __init__(self, kind: Any, spec: Spec, params: Arrays, dtype: str, device: str) -> None:
        """Make the module at telling sizes, match its parameters, make it again and fill it."""
        self.torch = import_torch(device)
        self.spec, self.dtype, self.device = spec, getattr(self.torch, dtype), device
        self.facts: dict[str, Any] = {}
        self.params = params
        self.torch.set_default_dtype(self.dtype)
        telling = self._module(kind, INPUTS, HIDDEN)
        shapes = {name: tuple(p.shape) for name, p in telling.named_parameters()}
        if not shapes:
            raise Fault("not_implemented", f"{type(telling).__name__} has no parameters")
        self.pieces = match(shapes, spec)
        self.calls = Calls()
        self._learn(telling)
        self.module = self._module(kind, spec.input_size, spec.hidden_sizes[0])
        self.module.to(device=device, dtype=self.dtype)
        self.module.eval()
        own = dict(self.module.named_parameters())
        with self.torch.no_grad():
            for name, array in self._values().items():
                own[name].copy_(self.torch.tensor(array).reshape(own[name].shape))
        self.names = [piece.name for piece in self.pieces]

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call; the gradients of the parameters come back under the protocol's names."""
        found = super().call(name, arrays)
        if not name.endswith("_vjp"):
            return found
        like, first = self.params, self.state_first
        return in_protocol(found, self.pieces, self.spec, like, state_first=first)

    def _learn(self, telling: Any) -> None:
        """Learn how the class is called; what it raises shows when it is called for good."""
        telling.to(device=self.device, dtype=self.dtype)
        width = {"device": self.device, "dtype": self.dtype}
        x = self.torch.zeros((2, INPUTS), **width)
        state = [self.torch.zeros((2, HIDDEN), **width) for _ in state_names(self.spec)]
        with suppress(Exception), self.torch.no_grad():
            self.calls.first_of(self._ways(x, state), telling)

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the module on tensors, with the state as it takes it."""
        kinds = state_names(self.spec)[:: -1 if self.cell_first else 1]
        state = [given[f"state.{kind}"] for kind in kinds if f"state.{kind}" in given]
        x, time = given["x"], 0 if self.spec.time_major else 1
        answer = self.calls.first_of(self._ways(x, state), self.module)
        return named(
            answer,
            kinds,
            step=step,
            is_tensor=lambda t: isinstance(t, self.torch.Tensor),
            stack=lambda steps: self.torch.stack(steps, dim=time),
            last=lambda outputs: outputs.select(time, -1),
        )

    def _ways(self, x: Any, state: list[Any]) -> list[tuple[Any, ...]]:
        state = [part[None] for part in state] if self.layered else state
        return ways(x, [] if self.stateless else state, tuple)

    def _values(self) -> Arrays:
        return values(self.pieces, self.spec, self.params, state_first=self.state_first)

    def _module(self, kind: Any, inputs: int, hidden: int) -> Any:
        module = construct(kind, *((hidden, inputs) if hidden_first(kind) else (inputs, hidden)))
        if not isinstance(module, self.torch.nn.Module):
            raise Fault(
                "error", f"{type(module).__name__} is no torch.nn.Module; derive it from it"
            )
        return module


def claims(spec: Spec) -> frozenset[str]:
    """Return what such a module offers."""
    if not single(spec) or spec.peepholes or spec.projection or spec.cell_clip:
        return frozenset()
    calls = ("step", "sequence", "step_vjp", "sequence_vjp")
    states = ("initial_state", "none_state", "final_state", "all_outputs")
    order = "time_major" if spec.time_major else "batch_major"
    return vocabulary.claims((*calls, *states, order, "float32", "float64", "cpu", "cuda"))


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> TorchOwnRunner:
    """Build the module (see base.Adapter)."""
    return TorchOwnRunner(kind_of(namespace, name, spec), spec, params, dtype, device)


def kind_of(namespace: Mapping[str, Any], name: str, spec: Spec) -> Any:
    """Return the class of that name, or one around the function that stands for it."""
    kind = find(namespace, name, spelled_within)
    if isinstance(kind, types.FunctionType) and name in OTHER_NAMES:
        return module_of(kind, spec, import_torch("cpu"))
    return kind


ADAPTER = Adapter("torch_own", "torch", OwnLayout(), claims, make, spelled=spelled_within)

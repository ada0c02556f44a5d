"""CS231n in PyTorch: the functions of course_cs231n, of tensors.

The forms of 2025 and after have no backward functions, and their forward functions give back no
cache: autograd takes the gradients then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from rnncheck.adapters.base import Adapter, state_names
from rnncheck.adapters.base_answers import there
from rnncheck.adapters.base_course import course_claims, take
from rnncheck.adapters.base_torch import import_torch
from rnncheck.adapters.course_cs231n import ORDERS, WEIGHTS, Cs231nLayout, Cs231nRunner
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec

UNREACHED = (
    "the results do not depend on what is given in autograd's graph: was .detach(), .data, "
    "torch.no_grad or NumPy used?"
)


class Cs231nTorchLayout(Cs231nLayout):
    """The same arrays."""

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call without gradients."""
        del given
        kinds, loop = state_names(spec), not call.startswith("step")
        states = ", ".join(f"torch.tensor(state_{k})" for k in (kinds[:1] if loop else kinds))
        weights = ", ".join(f'torch.tensor(params["{n}"])' for n in ("Wx", "Wh", "b"))
        return [
            "import torch",
            f"print({name}(torch.tensor(x), {states}, {weights}))",
            "# print its gradients too where they are asked for: by autograd, or by your backward",
        ]


class Cs231nTorchRunner(Cs231nRunner):
    """Calls the functions on tensors; takes gradients by autograd where no function does."""

    def __init__(
        self, namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, device: str
    ) -> None:
        """Look for functions back."""
        self.torch, self.device = import_torch(device), device
        super().__init__(namespace, name, spec, params)
        self.back = any(there(namespace, f"{self.start}_{part}backward") for part in ("step_", ""))
        self.leaves: list[Any] = []

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call on tensors; see adapters.base.Runner."""
        self.leaves = []
        found = super().call(name, arrays)
        return {key: self._array(value) for key, value in found.items()}

    def weights(self) -> list[Any]:
        """Return tensors of the parameters, which take gradients where autograd is asked."""
        if not self.leaves:
            self.leaves = [self._tensor(a) for a in self.params.values()]
        return [leaf.clone() for leaf in self.leaves]

    def step(self, own: Arrays) -> Arrays:
        """Run one step."""
        return super().step(self._tensors(own))

    def sequence(self, own: Arrays) -> Arrays:
        """Run over time."""
        h, _ = self._loop(self._tensors(own))
        return {"outputs": h, "state.h": h[:, -1]}

    def step_vjp(self, own: Arrays) -> Arrays:
        """Run one step and its gradients."""
        given = self._tensors(own)
        if self.back:
            return super().step_vjp(given)
        states = [f"state.{kind}" for kind in self.kinds]
        leaves = self._leaves(given, ["x", *states])
        new, _ = self._step({name: leaf.clone() for name, leaf in leaves.items()})
        above = [given[f"d_state.{kind}"] for kind in self.kinds]
        above[0] = above[0] + given["d_outputs"]
        return self._gradients([new[kind] for kind in self.kinds], above, leaves)

    def sequence_vjp(self, own: Arrays) -> Arrays:
        """Run over time and back."""
        given = self._tensors(own)
        if self.back:
            return super().sequence_vjp(given)
        leaves = self._leaves(given, ["x", "state.h"])
        h, _ = self._loop({name: leaf.clone() for name, leaf in leaves.items()})
        above = given["d_outputs"]
        above[:, -1] += given["d_state.h"]
        return self._gradients([h], [above], leaves)

    def steps_in(self, given: Arrays) -> AbstractContextManager[None]:
        """Put right steps in the place of the student's own: numbers, which autograd ends at."""
        if not self.back and "d_new.h" in given:
            raise Fault("error", "no steps can stand in where autograd takes the gradients")
        return super().steps_in(given)

    def _step(self, own: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        who = f"{self.start}_step_forward"
        states = [own[f"state.{kind}"] for kind in self.kinds]
        how = f"x, {', '.join(f'prev_{kind}' for kind in self.kinds)}, {WEIGHTS}"
        found = self._named(self.ask(who, how, own["x"], *states, *self.weights()), self.kinds, who)
        return {kind: found[kind] for kind in self.kinds}, found["cache"]

    def _loop(self, own: Mapping[str, Any]) -> tuple[Any, Any]:
        who = f"{self.start}_forward"
        answer = self.ask(who, f"x, h0, {WEIGHTS}", own["x"], own["state.h"], *self.weights())
        found = self._named(answer, ("h",), who)
        if found["h"].ndim != 3 or not found["h"].shape[1]:
            raise Fault("shape", f"{who} must give back every step, a tensor (N, T, H)")
        return found["h"], found["cache"]

    def _named(self, answer: Any, kinds: tuple[str, ...], who: str) -> dict[str, Any]:
        """Return results by name, with a cache or without; it matters only to functions back."""
        told = list(answer) if isinstance(answer, tuple | list) else [answer]
        if len(told) == len(kinds):
            told = [*told, None] if any(t is not None for t in told) else told
        found = take(told[0] if len(told) == 1 else tuple(told), (*kinds, "cache"), who)
        for kind in kinds:
            if not isinstance(found[kind], self.torch.Tensor):
                what = type(found[kind]).__name__
                raise Fault("error", f"{who} gave back a {what} for {kind}; it must be a tensor")
        return found

    def _right_forward(self, steps: Any) -> Any:
        inner = super()._right_forward(steps)

        def step_forward(*args: Any, **words: Any) -> Any:
            *new, cache = inner(*args, **words)
            made = [self._tensor(a) for a in new]
            return (*made, cache) if self.back else made[0] if len(made) == 1 else tuple(made)

        return step_forward

    def _right_backward(self, steps: Any) -> Any:
        inner = super()._right_backward(steps)
        return lambda *args, **words: tuple(self._tensor(a) for a in inner(*args, **words))

    def _leaves(self, given: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
        self.weights()
        for leaf in self.leaves:
            leaf.requires_grad_()
        return {name: given[name].requires_grad_() for name in names}

    def _gradients(self, results: list[Any], above: list[Any], leaves: dict[str, Any]) -> Arrays:
        if not any(result.requires_grad for result in results):
            raise Fault("error", UNREACHED)
        sources = leaves | dict(zip(self.params, self.leaves, strict=True))
        live = [
            (r, a.reshape(r.shape)) for r, a in zip(results, above, strict=True) if r.requires_grad
        ]
        found = self.torch.autograd.grad(
            [r for r, _ in live], list(sources.values()), [a for _, a in live], allow_unused=True
        )
        pairs = zip(sources.items(), found, strict=True)
        return {f"d.{n}": np.zeros(s.shape) if g is None else g for (n, s), g in pairs}

    def _tensors(self, own: Arrays) -> dict[str, Any]:
        return {name: self._tensor(array) for name, array in own.items()}

    def _tensor(self, array: Any) -> Any:
        return self.torch.tensor(array, device=self.device)

    def _array(self, value: Any) -> Array:
        whole = isinstance(value, self.torch.Tensor)
        array: Array = value.detach().cpu().numpy() if whole else np.asarray(value)
        return array


def claims(spec: Spec) -> frozenset[str]:
    """Return what such functions can offer."""
    return course_claims(spec) - {"by_hand"}


def _make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Cs231nTorchRunner:
    return Cs231nTorchRunner(namespace, name, spec, params, device)


ADAPTER = Adapter("course_cs231n_torch", "torch", Cs231nTorchLayout(ORDERS), claims, _make)

"""What the PyTorch adapters share: parameters, autograd, tensors in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from rnncheck.adapters.base_answers import check_parameters, check_size, wrong_answer
from rnncheck.adapters.base_arithmetic import arrange_torch
from rnncheck.adapters.base_rerun import variable
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec

ORDER = {"elman": ("h",), "lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n")}


def import_torch(device: str) -> Any:
    """Return torch, ready for a device.

    Raises:
        Fault: "absent": PyTorch or the device is not there.
    """
    try:
        import torch
    except ImportError as error:
        hint = 'PyTorch is not installed; install it with: pip install "rnncheck[torch]"'
        raise Fault("absent", hint, str(error)) from error
    if device == "cuda" and not torch.cuda.is_available():
        raise Fault("absent", "PyTorch sees no CUDA device here; use the device cpu")
    if device == "cuda":
        arrange_torch(torch)
    return torch


def options(spec: Spec) -> dict[str, Any]:
    """Return the keyword arguments of a constructor that differ from PyTorch's defaults."""
    chosen: dict[str, Any] = {}
    if spec.biases == "none":
        chosen["bias"] = False
    if spec.cell == "elman" and spec.activation == "relu":
        chosen["nonlinearity"] = "relu"
    return chosen


class TorchRunner:
    """Calls a module and takes gradients by autograd; a subclass says how it is called.

    A vjp without a given state has no "d.state.<part>". Parameters and results that autograd's
    graph does not reach are named in facts["detached"]; such a gradient comes back as zeros.
    """

    def __init__(
        self, build: Callable[[], Any], spec: Spec, params: Arrays, dtype: str, device: str
    ) -> None:
        """Build the module in this dtype and load its parameters.

        Raises:
            Fault: PyTorch or the device is absent, or the parameters are others.
        """
        self.torch = import_torch(device)
        self.spec, self.dtype, self.device = spec, getattr(self.torch, dtype), device
        self.facts: dict[str, Any] = {}
        self.torch.set_default_dtype(self.dtype)
        self.module = build()
        what = type(self.module).__name__
        if not isinstance(self.module, self.torch.nn.Module):
            raise Fault("error", f"{what} is no torch.nn.Module; derive the class from it")
        own = {name: tuple(t.shape) for name, t in self.module.state_dict().items()}
        check_parameters(what, own, params)
        values = {name: self.torch.tensor(array) for name, array in params.items()}
        self.module.load_state_dict(values, strict=True)
        self.module.to(device=device, dtype=self.dtype)
        self.names = list(params)

    def run(self, given: dict[str, Any], step: bool) -> dict[str, Any]:
        """Call the module on tensors and return "outputs" and "state.<part>"."""
        raise NotImplementedError("a subclass of TorchRunner says how its module is called")

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run a call (see base.Runner)."""
        self.torch.set_default_dtype(self.dtype)
        leaves = {key: self._tensor(key, array) for key, array in arrays.items()}
        vjp = name.endswith("_vjp")
        inputs = [key for key in leaves if key == "x" or key.startswith("state.")]
        for key in inputs if vjp else ():
            leaves[key].requires_grad_()
        given = {key: leaf.clone() for key, leaf in leaves.items()}
        self.facts = {}
        results = self.run(given, name.startswith("step"))
        self._note(arrays, given, results)
        if not vjp:
            return {key: as_numpy(tensor) for key, tensor in results.items()}
        variables = self.module.state_dict(keep_vars=True)
        sources = {f"d.{key}": leaves[key] for key in inputs}
        sources |= {f"d.{key}": variables[key] for key in self.names}
        return self._gradients(
            results, {f"d_{key}": leaves[f"d_{key}"] for key in results}, sources
        )

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Keep PyTorch from warning that it has no projection in oneDNN: leave oneDNN out."""
        backend = self.torch.backends.mkldnn
        before, backend.enabled = backend.enabled, backend.enabled and not self.spec.projection
        try:
            yield
        finally:
            backend.enabled = before

    def tensor(self, value: Any, asked: str) -> Any:
        """Return a value that must be a tensor.

        Raises:
            Fault: it is something else.
        """
        if not isinstance(value, self.torch.Tensor):
            raise wrong_answer(value, asked)
        return value

    def _tensor(self, key: str, array: Array) -> Any:
        if key == "lengths":
            return self.torch.tensor(array)
        return self.torch.tensor(array, dtype=self.dtype, device=self.device)

    def _note(self, arrays: Arrays, given: dict[str, Any], results: dict[str, Any]) -> None:
        self.facts["changed"] = [
            key
            for key, tensor in given.items()
            if not np.array_equal(
                as_numpy(tensor), arrays[key].astype(as_numpy(tensor).dtype), True
            )
        ]
        self.facts["dtypes"] = {key: str(t.dtype).split(".")[-1] for key, t in results.items()}
        self.facts["device"] = {key: t.device.type for key, t in results.items()}

    def _gradients(
        self, results: dict[str, Any], upstream: dict[str, Any], sources: dict[str, Any]
    ) -> Arrays:
        live = {key: t for key, t in results.items() if t.requires_grad}
        taken = {key: s for key, s in sources.items() if s.requires_grad}
        if not live:
            message = "the outputs do not depend on the parameters in autograd's graph: "
            raise Fault("error", message + "was .detach(), .data, torch.no_grad or NumPy used?")
        gradients = self.torch.autograd.grad(
            list(live.values()),
            list(taken.values()),
            [_match(key, upstream[f"d_{key}"], t) for key, t in live.items()],
            allow_unused=True,
        )
        found = {key: g for key, g in zip(taken, gradients, strict=True) if g is not None}
        self.facts["detached"] = sorted((results.keys() - live) | (sources.keys() - found))
        return {
            key: as_numpy(found[key]) if key in found else np.zeros(source.shape)
            for key, source in sources.items()
        }


def _match(key: str, upstream: Any, result: Any) -> Any:
    check_size(key, result, tuple(upstream.shape))
    return upstream.reshape(result.shape).to(result.dtype)


def as_numpy(tensor: Any) -> Array:
    """Return a tensor as an array, of bfloat16 in float32."""
    plain = tensor.detach().cpu()
    if str(plain.dtype) == "torch.bfloat16":
        plain = plain.float()
    array: Array = plain.numpy()
    return array


def rerun_lines(
    construct: str, call: str, run: list[str], given: list[str], new: list[str], params: list[str]
) -> list[str]:
    """Return lines that build a module, call it, and take gradients for a vjp.

    Args:
        construct: the line that makes it, e.g. "cell = LSTMCell(2, 3)".
        call: the call of the protocol.
        run: the lines of the call, which leave "outputs" and the names of `new`.
        given: the variables of x and of the given parts of the state.
        new: the variables of the parts of the new state.
        params: the native names of the parameters.
    """
    what, vjp = construct.split(" = ")[0], call.endswith("_vjp")
    grad = ", requires_grad=True" if vjp else ""
    lines = ["import torch", "torch.set_default_dtype(torch.float64)", construct]
    lines += [f"{what}.load_state_dict({{k: torch.tensor(v) for k, v in params.items()}})"]
    lines += [f"{name} = torch.tensor({name}{grad})" for name in given] + run
    if vjp:
        terms = [f"(torch.tensor(d_{n.removeprefix('new_')}) * {n}).sum()" for n in new]
        terms = ["(torch.tensor(d_outputs) * outputs).sum()", *terms]
        lines += [f"({' + '.join(terms)}).backward()"]
        lines += [f"d_{name} = {name}.grad" for name in given]
        lines += [f'd_{variable(n)} = {what}.get_parameter("{n}").grad' for n in params]
    return lines

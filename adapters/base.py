"""What an adapter is: a layout (pure NumPy, the judge's side) and a runner (the worker's side)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from rnncheck.adapters.base_answers import spelled
from rnncheck.protocol.names import Array, Arrays, Shape, group, result_shapes, state_shapes
from rnncheck.protocol.spec import Spec


class Runner(Protocol):
    """The worker's half, bound to parameters: calls a stranger's code, gives back what came.

    Attributes:
        facts: what the last call showed: "containers", "dtypes", "changed", "device", "detached"
            (what automatic differentiation does not reach).
    """

    facts: dict[str, Any]

    def call(self, name: str, arrays: Arrays) -> Arrays:
        """Run "step", "sequence", "step_vjp" or "sequence_vjp" on native arrays.

        Args:
            name: the call.
            arrays: "x", "state.<part>" (none of them: pass no state), "lengths", "mask",
                "d_outputs", "d_state.<part>", "dropout.<mask>" or "dropout.seed" (neither: it does not
            train), in the native order of axes.

        Returns:
            "outputs" and "state.<part>", or "d.<native parameter>", "d.x", "d.state.<part>", each
            with the dtype and shape with which it came; "dropout.<mask>" where a seed was given.
        """
        ...


class Layout:
    """Maps names, shapes and orders between the protocol and one native form, both ways.

    A subclass gives `params_out` and `params_in`, and where states look different also
    `state_out` and `state_in`. Every map only moves numbers: it never adds or scales them.

    Attributes:
        state_from_outputs: whether a sequence gives back no final state, so that the runner takes
            the last of its outputs for it.
    """

    state_from_outputs = False

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Turn the protocol's parameters (or gradients) into native ones."""
        raise NotImplementedError

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn native parameters (or gradients) into the protocol's; inverse of params_out."""
        raise NotImplementedError

    def state_out(self, spec: Spec, state: Arrays) -> Arrays:
        """Turn the protocol's state parts into native ones."""
        return state

    def state_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Turn native state parts into the protocol's; inverse of state_out."""
        return native

    def arguments(self, spec: Spec, call: str, arrays: Arrays) -> Arrays:
        """Turn a call's arguments into native ones."""
        native: Arrays = {}
        for name in ("x", "d_outputs", "mask"):
            if name in arrays:
                native[name] = _turn(spec, call, arrays[name])
        if "lengths" in arrays:
            native["lengths"] = arrays["lengths"]
        for kind in ("state", "d_state"):
            parts = group(arrays, kind)
            if parts:
                turned = self.state_out(spec, parts)
                native.update({f"{kind}.{part}": array for part, array in turned.items()})
        return native | _masks(spec, call, arrays)

    def result_shapes(
        self, spec: Spec, call: str, steps: int, batch: int, *, drawn: bool = False
    ) -> dict[str, Shape]:
        """Return the native names and shapes of what a call gives back, with drawn masks or not."""
        blank: Arrays = {
            name: np.broadcast_to(np.float64(0), shape)
            for name, shape in result_shapes(spec, call, steps, batch, drawn=drawn).items()
        }
        return {name: array.shape for name, array in self.results_out(spec, call, blank).items()}

    def results_out(self, spec: Spec, call: str, arrays: Arrays) -> Arrays:
        """Turn the protocol's results into native ones; inverse of results."""
        native: Arrays = {}
        for name in ("outputs", "d.x"):
            if name in arrays:
                native[name] = _turn(spec, call, arrays[name])
        start = "d.state." if call.endswith("_vjp") else "state."
        state = self.state_out(spec, group(arrays, start[:-1]))
        native.update({start + part: array for part, array in state.items()})
        if call.endswith("_vjp"):
            params = {n: a for n, a in group(arrays, "d").items() if not _is_argument(n)}
            turned = self.params_out(spec, params)
            native.update({f"d.{name}": array for name, array in turned.items()})
        return native | _masks(spec, call, arrays)

    def results(self, spec: Spec, call: str, native: Arrays) -> Arrays:
        """Turn native results, of the shapes of result_shapes, into the protocol's."""
        arrays: Arrays = {}
        for name in ("outputs", "d.x"):
            if name in native:
                arrays[name] = _turn(spec, call, native[name])
        start = "d.state." if call.endswith("_vjp") else "state."
        state = self.state_in(spec, group(native, start[:-1]))
        arrays.update({start + part: array for part, array in state.items()})
        if call.endswith("_vjp"):
            params = {n: a for n, a in group(native, "d").items() if not _is_argument(n)}
            turned = self.params_in(spec, params)
            arrays.update({f"d.{name}": array for name, array in turned.items()})
        arrays.update(
            {f"trace.{n}": _turn(spec, call, a) for n, a in group(native, "trace").items()}
        )
        return arrays | _masks(spec, call, native)

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines of Python that make the call `call` on the class or function `name`.

        `given` are the native names of the arguments, e.g. "x", "state.h", "lengths"; None means
        x and the whole state.

        The lines may use the native arguments under their names with "_" for "." (x, state_h,
        params as a dict) and must leave each result in a variable named likewise (outputs,
        state_h, d_x, d_weight_ih ...). They import the framework that they need.
        """
        raise NotImplementedError


def _is_argument(name: str) -> bool:
    return name == "x" or name.startswith("state.")


def _masks(spec: Spec, call: str, arrays: Arrays) -> Arrays:
    """Return the dropout masks, and their seed, in the other order of axes; its own inverse."""
    masks = {name: a for name, a in arrays.items() if name.startswith("dropout.")}
    over_time = spec.dropout.draw == "step"
    return {n: _turn(spec, call, a) if over_time and a.ndim == 3 else a for n, a in masks.items()}


def _turn(spec: Spec, call: str, array: Array) -> Array:
    """Swap (T, B, ...) and (B, T, ...) where the implementation is batch-major."""
    if call.startswith("step") or spec.time_major:
        return array
    return array.swapaxes(0, 1)


@dataclass(frozen=True)
class Target:
    """A framework's own class that runs through an adapter.

    Attributes:
        path: "module:attribute", e.g. "torch.nn:LSTM"; the attribute may have dots.
        options: fields of Spec (without sizes) that say what this class computes. A name that
            the constructor must be given for it is the runner's matter, read from the spec.
        name: the id in reports, unique in an adapter; the path where it is left out. A class
            that computes different things by an option is a target for each of them.
    """

    path: str
    options: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        """Let the path be the name where none is given."""
        if not self.name:
            object.__setattr__(self, "name", self.path)


@dataclass(frozen=True)
class Adapter:
    """One way that an implementation can look; each file in this room holds one as ADAPTER.

    Attributes:
        name: the file's name.
        world: "numpy", "torch", "keras3" or "tf1": what the worker's process must have.
        layout: the judge's half.
        claims: what an implementation of this look offers for a spec (claims.CLAIMS).
        make: (namespace, name, spec, native parameters, dtype, device) -> Runner, worker side.
            `namespace` is the loaded module's names (or {name: class} for a target), `name` the
            class or function asked for. Imports the framework inside; raises Fault.
        targets: the framework's own classes.
        spelled: how a file that is run leniently may call what is asked for, "" for not at all.
    """

    name: str
    world: str
    layout: Layout
    claims: Callable[[Spec], frozenset[str]]
    make: Callable[[Mapping[str, Any], str, Spec, Arrays, str, str], Runner]
    targets: tuple[Target, ...] = ()
    spelled: Callable[[Mapping[str, Any], str], str] = spelled


def gates_to(order: tuple[str, ...], spec: Spec, array: Array) -> Array:
    """Reorder axis 0 of (G, ...) from spec.gates to a native order."""
    return array[[spec.gates.index(gate) for gate in order]]


def gates_from(order: tuple[str, ...], spec: Spec, array: Array) -> Array:
    """Reorder axis 0 of (G, ...) from a native order to spec.gates."""
    return array[[order.index(gate) for gate in spec.gates]]


def state_names(spec: Spec) -> list[str]:
    """Return the names of the parts of the state, in the order of the protocol."""
    return list(state_shapes(spec, 1))

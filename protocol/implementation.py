"""The four calls that every implementation offers, in process or behind a pipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec


class Implementation(Protocol):
    """An implementation bound to parameters, a dtype and a device.

    Arrays are time-major: x (T, B, D) for a sequence and (B, D) for a step. A state is a mapping
    of parts ("h", "c", "l0.h" ...) to arrays (B, R); None asks for zeros, by passing none.
    Results are flat: "outputs", "state.<part>" and maybe "trace.<name>" of a forward call,
    "d.<parameter>", "d.x" and "d.state.<part>" of a vjp (see names.result_shapes).

    `dropout` is None outside training: nothing is dropped, whatever the spec says. In training it
    holds every mask of names.dropout_shapes, 1 where a value is kept and 0 where it is dropped; what
    is kept is multiplied by 1 / keep, which is the implementation's own duty. One that claims
    "dropout_drawn" gets {"seed": int64 ()} in their place, and its results tell which masks it
    drew: "dropout.<mask>".

    Attributes:
        spec: the network.
        claims: what it offers, in the words of claims.CLAIMS.
        facts: what the last call showed beside numbers: "shapes" (name -> shape that came back
            where it was not the shape asked for; the value was reshaped), "dtypes", "containers",
            "changed" (arguments that the call changed), "warnings", "prints". Advice, never marks,
            but for "shapes" and "dtypes", which the judge's side fills in.
    """

    @property
    def spec(self) -> Spec:
        """The network."""
        ...

    @property
    def claims(self) -> frozenset[str]:
        """What it offers."""
        ...

    @property
    def facts(self) -> dict[str, Any]:
        """What the last call showed beside numbers."""
        ...

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Compute one step: x (B, D) to "outputs" (B, R) and the new state."""
        ...

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Compute a sequence: x (T, B, D), lengths (B,) int64, mask (T, B) bool."""
        ...

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of sum(d_outputs * outputs) + sum(d_state * new state)."""
        ...

    def sequence_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Return the gradients of sum(d_outputs * outputs) + sum(d_state * final state)."""
        ...


class Bind(Protocol):
    """Binds an implementation to a spec and its parameters; called once a case."""

    def __call__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind.

        Args:
            spec: the network.
            params: every parameter of names.parameter_shapes(spec), of that shape.
            dtype: "float64" or "float32".
            device: "cpu" or "cuda".

        Raises:
            Fault: the implementation is missing, failed, or the device is absent.
        """
        ...

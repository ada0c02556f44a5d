"""Cases: parameters, inputs, states, lengths and upstream gradients from a small frozen record."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnncheck.protocol.names import (
    Arrays,
    Shape,
    dropout_keep,
    dropout_shapes,
    outputs_width,
    parameter_shapes,
    recurrent_size,
    state_shapes,
)
from rnncheck.protocol.spec import Spec, spec_from_json
from rnncheck.suites.draw import Draw
from rnncheck.suites.frozen import golden
from rnncheck.suites.memory import remember

Floats = NDArray[np.float64]
LARGE = 256.0  # times an upstream gradient: a power of two, so that nothing is rounded


@dataclass(frozen=True)
class CaseSpec:
    """All that a case is made of; equal records make equal cases on every machine.

    Attributes:
        spec: the network, with its sizes.
        steps: T, at least 0.
        batch: B, at least 1.
        seed: of random.Random.
        lengths: valid steps of each row; () for none, which means all T.
        masked: hand over a mask: that of the lengths where there are some, else of any pattern.
        state: "random", "zero" (given as zeros) or "none" (not given).
        upstream: gradient on "all" outputs and the final state, "large" ones there after a call
            with small ones, or on the "final" state only.
        scale: of the weights; 1 makes pre-activations with a standard deviation of 1 to 3.
        remember: weights under which the final state still depends on the first step.
        split: the step at which a check cuts the sequence in two, 0 for none.
        golden: name of a golden trace that gives the arrays in place of the seed, "" for none.
        training: the network trains: its dropout has masks.
        poisoned: forward calls are handed NaN and 1e30 in the padding.
    """

    spec: Spec
    steps: int = 4
    batch: int = 2
    seed: int = 1
    lengths: tuple[int, ...] = ()
    masked: bool = False
    state: str = "random"
    upstream: str = "all"
    scale: float = 1.0
    remember: bool = False
    split: int = 0
    golden: str = ""
    training: bool = False
    poisoned: bool = False

    def __post_init__(self) -> None:
        """Refuse a record that makes no case."""
        if self.steps < 0 or self.batch < 1:
            raise ValueError(f"a case has T >= 0 and B >= 1, not T={self.steps}, B={self.batch}")
        if self.lengths and len(self.lengths) != self.batch:
            raise ValueError(f"{len(self.lengths)} lengths were given for B={self.batch} rows")
        if any(not 0 <= n <= self.steps for n in self.lengths):
            raise ValueError(f"lengths {self.lengths} must lie between 0 and T={self.steps}")
        if self.state not in ("random", "zero", "none"):
            raise ValueError(f"state is {self.state!r}; allowed: random, zero, none")
        if self.upstream not in ("all", "large", "final"):
            raise ValueError(f"upstream is {self.upstream!r}; allowed: all, large, final")
        if not 0 <= self.split < max(self.steps, 1):
            raise ValueError(
                f"split is {self.split}; it must be at least 0 and below T={self.steps}"
            )

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return asdict(self) | {"spec": self.spec.to_json(), "lengths": list(self.lengths)}


def case_spec_from_json(data: dict[str, Any]) -> CaseSpec:
    """Build a record from the values that to_json gave; what is left out has its default.

    Raises:
        ValueError: a field is unknown, "spec" is missing, or the record makes no case.
    """
    known = {f.name for f in fields(CaseSpec)}
    if not {"spec"} <= data.keys() <= known:
        raise ValueError(
            f"a record has the fields {sorted(data)}; spec is needed, allowed: {sorted(known)}"
        )
    lengths = tuple(data.get("lengths", ()))
    return CaseSpec(**data | {"spec": spec_from_json(data["spec"]), "lengths": lengths})


@dataclass(frozen=True)
class Case:
    """Arrays to run an implementation on.

    Attributes:
        record: what it was made of.
        params: protocol names to arrays.
        x: (T, B, D).
        state: parts (B, R), or None for no given state.
        lengths: (B,) int64, or None.
        mask: (T, B) bool, or None.
        d_outputs: (T, B, R), upstream gradient of the outputs.
        d_state: parts (B, R), upstream gradient of the final state.
        dropout: the masks of dropout, 1 for kept and 0 for dropped, or None outside training.
    """

    record: CaseSpec
    params: Arrays
    x: Floats
    state: Arrays | None
    lengths: NDArray[np.int64] | None
    mask: NDArray[np.bool_] | None
    d_outputs: Floats
    d_state: Arrays
    dropout: Arrays | None = None

    @property
    def spec(self) -> Spec:
        """The network."""
        return self.record.spec

    @cached_property
    def valid(self) -> NDArray[np.bool_]:
        """(T, B): which steps count."""
        steps, batch = self.x.shape[:2]
        if self.mask is not None:
            return self.mask
        if self.lengths is None:
            return np.ones((steps, batch), bool)
        return np.arange(steps)[:, None] < self.lengths[None, :]

    @cached_property
    def handed(self) -> Floats:
        """(T, B, D): the inputs as forward calls get them."""
        if not self.record.poisoned:
            return self.x
        odd = np.add.outer(*map(np.arange, self.valid.shape)) % 2 == 1  # (T, B)
        poison = np.where(odd, np.nan, 1e30)
        return np.where(self.valid[:, :, None], self.x, poison[:, :, None])

    @cached_property
    def digest(self) -> str:
        """Equal for cases of equal spec and numbers, of which the same calls are made."""
        whole = hashlib.sha256(f"{self.spec!r} {self.record.upstream == 'large'}".encode())
        for group in (self.params, self.state or {}, self.d_state, self.dropout or {}):
            for name, array in group.items():
                whole.update(name.encode() + repr(array.shape).encode() + array.tobytes())
        for array in (self.handed, self.d_outputs, self.valid):
            whole.update(repr(array.shape).encode() + array.tobytes())
        return whole.hexdigest()


def make_case(record: CaseSpec) -> Case:
    """Make the case of a record; a pure function."""
    if record.golden:
        return _golden_case(record)
    draw, spec, steps, batch = Draw(record.seed), record.spec, record.steps, record.batch
    params = _parameters(draw, record)
    quiet = 0.125 if record.remember and spec.cell in ("elman", "jordan") else 2.0
    x = draw.array((steps, batch, spec.input_size), quiet)
    large = min(2.0, (spec.cell_clip or 4.0) / 2) if record.remember else 2.0
    state: Arrays | None = {
        part: draw.array(shape, large if part.endswith("c") else 0.9)
        for part, shape in state_shapes(spec, batch).items()
    }
    if record.state == "zero":
        state = {part: np.zeros(shape) for part, shape in state_shapes(spec, batch).items()}
    d_outputs = draw.array((steps, batch, outputs_width(spec)), 1.0)
    d_state: Arrays = {
        part: draw.array(shape, 1.0) for part, shape in state_shapes(spec, batch).items()
    }
    if record.upstream == "large":
        d_outputs, d_state = LARGE * d_outputs, {part: LARGE * a for part, a in d_state.items()}
    mask = _mask(draw, record) if record.masked else None
    return Case(
        record=record,
        params=params,
        x=x,
        state=None if record.state == "none" else state,
        lengths=None if record.masked or not record.lengths else np.array(record.lengths),
        mask=mask,
        d_outputs=np.zeros_like(d_outputs) if record.upstream == "final" else d_outputs,
        d_state=d_state,
        dropout=_dropout(draw, record) if record.training else None,
    )


def _golden_case(record: CaseSpec) -> Case:
    """Return the arrays of a golden trace as a case."""
    trace = golden(record.golden)
    lengths, mask = trace.given("lengths"), trace.given("mask")
    return Case(
        record=record,
        params=trace.params,
        x=trace.arguments["x"],
        state=trace.state,
        lengths=None if lengths is None else lengths.astype(np.int64),
        mask=None if mask is None else mask.astype(bool),
        d_outputs=trace.arguments["d_outputs"],
        d_state=trace.d_state,
        dropout=trace.dropout or None,
    )


def _mask(draw: Draw, record: CaseSpec) -> NDArray[np.bool_]:
    """Make a mask of the lengths, or draw one.

    It has a gap inside and a row that starts late and, of four rows or more, one of padding alone.
    """
    steps, batch = record.steps, record.batch
    if record.lengths:
        return np.arange(steps)[:, None] < np.array(record.lengths)[None, :]  # (T, B)
    mask = draw.array((steps, batch), 1.0) > -0.4
    if steps > 2:
        mask[1, 0], mask[0, -1] = False, False
    if batch > 3:
        mask[:, 1] = False
    return mask


def _dropout(draw: Draw, record: CaseSpec) -> Arrays:
    shapes = dropout_shapes(record.spec, record.steps, record.batch)
    return {n: draw.kept(shape, dropout_keep(record.spec, n)) for n, shape in shapes.items()}


def _parameters(draw: Draw, record: CaseSpec) -> Arrays:
    spec = record.spec
    params: Arrays = {}
    for name, shape in parameter_shapes(spec).items():
        limit = record.scale * _limit(name, shape, spec)
        params[name] = draw.array(shape, limit)
    if record.remember:
        remember(spec, params)
    return params


def _limit(name: str, shape: Shape, spec: Spec) -> float:
    """Return how large a parameter may be for pre-activations of standard deviation near 1.3."""
    if "bias" in name or "peephole" in name:
        return 1.0
    if "weight_hr" in name or "weight_ho" in name:
        return float(2.0 / np.sqrt(shape[-1]))
    fan_in = 1.33 * spec.input_size + 0.4 * recurrent_size(spec)
    return float(np.sqrt(4.5 / fan_in))

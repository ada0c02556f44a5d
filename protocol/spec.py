"""What network is meant: a frozen and complete record, every option with a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

GATES: dict[str, tuple[str, ...]] = {
    "elman": ("h",),
    "jordan": ("h",),
    "lstm": ("i", "f", "g", "o"),
    "gru": ("r", "z", "n"),
}
ACTIVATIONS = ("tanh", "sigmoid", "relu", "identity")
OUTPUT_ACTIVATIONS = (*ACTIVATIONS, "softmax")
LATER = {"cell_state": "shown"}
DIRECTIONS = (("forward",), ("reverse",), ("forward", "reverse"))


class SpecError(ValueError):
    """A spec that asks for something that is not allowed; the message says what is."""


def _choose(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if value not in allowed:
        choices = ", ".join(repr(a) for a in allowed)
        raise SpecError(f"{name} is {value!r}; allowed: {choices}")


def _positive(name: str, value: int, least: int = 1) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SpecError(f"{name} is {value!r}; it must be a whole number of at least {least}")


@dataclass(frozen=True)
class Padding:
    """The rule for steps past a row's length.

    Attributes:
        outputs: "zero", or "repeat" the last valid output (zero before the first valid step).
        zero_length: a row of length 0 keeps its "initial" state, or is an "error".
        mask: "right" padding only, or "any" pattern of valid steps.
    """

    outputs: str = "zero"
    zero_length: str = "initial"
    mask: str = "right"

    def __post_init__(self) -> None:
        """Refuse a rule that is not listed."""
        _choose("padding.outputs", self.outputs, ("zero", "repeat"))
        _choose("padding.zero_length", self.zero_length, ("initial", "error"))
        _choose("padding.mask", self.mask, ("right", "any"))


@dataclass(frozen=True)
class Dropout:
    """Keep probabilities, each in (0, 1]; 1.0 means no dropout.

    What is kept is multiplied by 1 / keep, and only in training. Masks: names.dropout_shapes.

    Attributes:
        input_keep: of the inputs of each layer.
        output_keep: of the outputs of each layer, not of the state that it carries.
        state_keep: of the recurrent state h (never of c), as it goes on and is given back.
        between_keep: of what one layer hands to the next.
        draw: a fresh mask each "step"; "once" for the whole sequence; once for the whole "batch"
            too, the same in all rows (TF1's variational_recurrent); or once for each "gate" (Keras'
            recurrent_dropout). Then input_keep and state_keep are of what the gate's two matrices
            read, x and the old state, the initial one too; the state that is carried stays whole.
    """

    input_keep: float = 1.0
    output_keep: float = 1.0
    state_keep: float = 1.0
    between_keep: float = 1.0
    draw: str = "step"

    def __post_init__(self) -> None:
        """Refuse a probability outside (0, 1] and an unknown way to draw."""
        for name in ("input_keep", "output_keep", "state_keep", "between_keep"):
            value = getattr(self, name)
            if not 0.0 < value <= 1.0:
                raise SpecError(f"dropout.{name} is {value!r}; it must be above 0 and at most 1")
        _choose("dropout.draw", self.draw, ("step", "once", "batch", "gate"))


@dataclass(frozen=True)
class Spec:
    """A recurrent network, complete: what a name leaves open has a field here.

    Attributes:
        cell: "elman", "jordan", "lstm" or "gru"; a jordan network has one layer, one direction.
        input_size: D.
        hidden_sizes: H of each layer, the first layer first.
        output_size: O of the dense layer after each step (jordan: in each step); 0 for none.
        gates: the order of the gate axis G of every parameter; () picks the usual one
            (lstm i, f, g, o; gru r, z, n; elman and jordan h).
        activation: of the hidden state (elman, jordan) or of the candidate and of c (lstm, gru).
        output_activation: of the dense layer; "softmax" only of one after the recurrence.
        forget_bias: added to the pre-activation of the LSTM's forget gate at run time.
        peepholes: LSTM gates i and f see the old c, gate o the new one.
        reset: GRU, reset gate "before" or "after" the recurrent matmul.
        update: GRU, "z_keeps" (h = z h_prev + (1 - z) n) or "z_takes" (h = (1 - z) h_prev + z n).
        biases: "none", "single" (bias_ih) or "double" (bias_ih and bias_hh).
        cell_clip: bound on |c| of an LSTM, applied before the output gate uses c; None for none.
        projection: P, size of the projected h of an LSTM; 0 for none.
        directions: ("forward",), ("reverse",) or both; two directions are concatenated.
        time_major: the implementation takes (T, B, D) if True, (B, T, D) if False. The protocol's
            own arrays are time-major in either case.
        dropout: see Dropout.
        padding: see Padding.
        cell_state: of an LSTM, "shown" (c is a part of the state that is handed in and back) or
            "hidden" (c starts at zero and is not handed back, as in several courses).
    """

    cell: str
    input_size: int
    hidden_sizes: tuple[int, ...]
    output_size: int = 0
    gates: tuple[str, ...] = ()
    activation: str = "tanh"
    output_activation: str = "identity"
    forget_bias: float = 0.0
    peepholes: bool = False
    reset: str = "after"
    update: str = "z_keeps"
    biases: str = "double"
    cell_clip: float | None = None
    projection: int = 0
    directions: tuple[str, ...] = ("forward",)
    time_major: bool = True
    dropout: Dropout = Dropout()
    padding: Padding = Padding()
    cell_state: str = "shown"

    def __post_init__(self) -> None:
        """Fill in the usual gate order and refuse what is not allowed."""
        _choose("cell", self.cell, tuple(GATES))
        if not self.gates:
            object.__setattr__(self, "gates", GATES[self.cell])
        object.__setattr__(self, "hidden_sizes", tuple(self.hidden_sizes))
        object.__setattr__(self, "directions", tuple(self.directions))
        object.__setattr__(self, "gates", tuple(self.gates))
        self._check_sizes()
        self._check_options()

    def _check_sizes(self) -> None:
        _positive("input_size", self.input_size)
        if not self.hidden_sizes:
            raise SpecError("hidden_sizes is empty; it needs one size for each layer")
        for size in self.hidden_sizes:
            _positive("hidden_sizes", size)
        _positive("output_size", self.output_size, 0)
        _positive("projection", self.projection, 0)
        if self.cell == "jordan":
            self._check_jordan()

    def _check_jordan(self) -> None:
        if not self.output_size:
            raise SpecError("a jordan network remembers its output: output_size must be at least 1")
        if len(self.hidden_sizes) > 1 or len(self.directions) > 1:
            raise SpecError(
                f"hidden_sizes is {self.hidden_sizes!r} and directions is {self.directions!r}; a "
                "jordan network remembers the output of the whole network: one layer, one direction"
            )

    def _check_options(self) -> None:
        if sorted(self.gates) != sorted(GATES[self.cell]):
            raise SpecError(f"gates is {self.gates!r}; allowed: an order of {GATES[self.cell]!r}")
        _choose("activation", self.activation, ACTIVATIONS)
        inside = self.cell == "jordan"
        allowed = ACTIVATIONS if inside else OUTPUT_ACTIVATIONS
        _choose("output_activation", self.output_activation, allowed)
        _choose("reset", self.reset, ("before", "after"))
        _choose("update", self.update, ("z_keeps", "z_takes"))
        _choose("biases", self.biases, ("none", "single", "double"))
        _choose("directions", self.directions, DIRECTIONS)
        _choose("cell_state", self.cell_state, ("shown", "hidden"))
        if self.cell != "lstm":
            self._refuse_lstm_options()
        if self.cell != "gru" and (self.reset, self.update) != ("after", "z_keeps"):
            raise SpecError(f"reset and update are options of a gru, not of {self.cell!r}")
        if self.cell_clip is not None and self.cell_clip <= 0:
            raise SpecError(f"cell_clip is {self.cell_clip!r}; it must be above 0, or None")

    def _refuse_lstm_options(self) -> None:
        for name, off in (
            ("forget_bias", 0.0),
            ("peepholes", False),
            ("cell_clip", None),
            ("projection", 0),
            ("cell_state", "shown"),
        ):
            if getattr(self, name) != off:
                raise SpecError(f"{name} is an option of an lstm, not of {self.cell!r}")

    def with_(self, **changes: Any) -> Spec:
        """Return a copy with some fields changed; checked like a new one."""
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """Return the spec as plain JSON values.

        Every field is present but those of LATER with their default: what was written before
        there were such fields keeps its bytes.
        """
        values = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        return {k: v for k, v in values.items() if k not in LATER or LATER[k] != v}


def spec_from_json(data: Mapping[str, Any]) -> Spec:
    """Build a spec from plain values.

    Args:
        data: fields of Spec; lists stand for tuples, tables for Padding and Dropout.

    Raises:
        SpecError: a field is unknown, missing or has a value that is not allowed.
    """
    known = {f.name for f in fields(Spec)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise SpecError(f"spec has unknown fields {unknown}; allowed: {sorted(known)}")
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    try:
        for name, kind in (("padding", Padding), ("dropout", Dropout)):
            if isinstance(values.get(name), Mapping):
                values[name] = kind(**values[name])
        return Spec(**values)
    except TypeError as error:
        raise SpecError(f"spec is not complete or has an unknown option: {error}") from error

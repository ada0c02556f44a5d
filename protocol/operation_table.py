"""Which operations there are: their arguments, results, options, and what is differentiated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = ("float", "int", "index", "length", "mask", "size")
REDUCTIONS = ("mean", "sum", "rows")


@dataclass(frozen=True)
class Argument:
    """An argument.

    Attributes:
        name: dotted names with the same beginning are handed over together, as one mapping.
        axes: a letter for each axis, e.g. "TBO"; "" for a scalar.
        kind: "float"; "int", a scalar; "index", from 0 to below what the letter `below` stands
            for; "length", from 1 to that; "mask", bool; "size", a scalar that is what the letter
            `below` stands for.
        below: a letter, see kind.
        bound: of a float array, the largest magnitude that is drawn.
        least: of a float array, the smallest value that is drawn; None for minus the bound.
        usual: of a scalar, its value where a case gives no other.
    """

    name: str
    axes: str = ""
    kind: str = "float"
    below: str = ""
    bound: float = 2.0
    least: float | None = None
    usual: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a kind that is not listed."""
        if self.kind not in KINDS:
            raise ValueError(f"kind of {self.name} is {self.kind!r}; allowed: {', '.join(KINDS)}")


@dataclass(frozen=True)
class Result:
    """A result; kind is "float" or "int"."""

    name: str
    axes: str = ""
    kind: str = "float"


@dataclass(frozen=True)
class Operation:
    """A pure function of named arrays.

    Attributes:
        what: what it computes, as a clause.
        arguments: in the order in which a function takes them.
        results: in the order in which a function gives them.
        differentiated: the arguments whose gradients are asked for; () for none.
        options: the values allowed for each option, the default first.
    """

    what: str
    arguments: tuple[Argument, ...]
    results: tuple[Result, ...]
    differentiated: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


OPERATIONS: dict[str, Operation] = {
    "cross_entropy": Operation(
        "the softmax cross-entropy of logits at every step that the mask keeps",
        (
            Argument("logits", "TBO"),
            Argument("targets", "TB", "index", "O"),
            Argument("mask", "TB", "mask"),
        ),
        (Result("loss"),),
        ("logits",),
        {"reduction": REDUCTIONS},
    ),
    "squared_error": Operation(
        "the mean squared error of the steps from t_min to t_max, both included",
        (
            Argument("outputs", "TBO"),
            Argument("targets", "TBO"),
            Argument("t_min", kind="int", usual=0),
            Argument("t_max", kind="int", usual=0),
        ),
        (Result("loss"),),
        ("outputs",),
        {"reduction": REDUCTIONS},
    ),
    "last_cross_entropy": Operation(
        "the softmax cross-entropy of the logits of each row's last step",
        (
            Argument("logits", "TBO"),
            Argument("targets", "B", "index", "O"),
            Argument("lengths", "B", "length", "T"),
        ),
        (Result("loss"),),
        ("logits",),
        {"reduction": ("mean", "sum")},
    ),
    "embedding": Operation(
        "a table's row for each number",
        (Argument("table", "VD"), Argument("ids", "TB", "index", "V")),
        (Result("x", "TBD"),),
        ("table",),
    ),
    "dense_over_time": Operation(
        "a dense layer after each step",
        (Argument("h", "TBH"), Argument("weight", "OH"), Argument("bias", "O")),
        (Result("outputs", "TBO"),),
        ("h", "weight", "bias"),
    ),
    "clip_by_value": Operation(
        "a gradient whose elements are held between low and high",
        (Argument("gradient", "HD"), Argument("low", usual=-1.0), Argument("high", usual=1.0)),
        (Result("clipped", "HD"),),
    ),
    "clip_by_norm": Operation(
        "a gradient whose norm is held to a limit",
        (Argument("gradient", "HD"), Argument("limit", usual=1.0)),
        (Result("clipped", "HD"),),
    ),
    "clip_by_global_norm": Operation(
        "gradients whose joint norm is held to a limit, and that norm before",
        (
            Argument("gradients.weight", "HD"),
            Argument("gradients.bias", "H"),
            Argument("limit", usual=1.0),
        ),
        (Result("clipped.weight", "HD"), Result("clipped.bias", "H"), Result("norm")),
        options={"rule": ("tensorflow", "torch")},
    ),
    "sgd_step": Operation(
        "a parameter after a step of gradient descent",
        (Argument("parameter", "HD"), Argument("gradient", "HD"), Argument("rate", usual=0.125)),
        (Result("parameter", "HD"),),
    ),
    "adam_step": Operation(
        "a parameter and the two running means after step t of Adam, counted from 1",
        (
            Argument("parameter", "HD"),
            Argument("gradient", "HD"),
            Argument("m", "HD"),
            Argument("v", "HD", least=1 / 16),
            Argument("t", kind="int", usual=1),
            Argument("rate", usual=0.125),
            Argument("beta1", usual=0.5),
            Argument("beta2", usual=0.75),
            Argument("epsilon", usual=1 / 64),
        ),
        (Result("parameter", "HD"), Result("m", "HD"), Result("v", "HD")),
        options={"placement": ("paper", "hat")},
    ),
}

"""Which operations there are."""

from __future__ import annotations

from rnncheck.protocol.operation_kinds import Argument, Operation, Result
from rnncheck.protocol.operation_networks import NETWORKS

REDUCTIONS = ("mean", "sum", "rows")

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
    **NETWORKS,
}

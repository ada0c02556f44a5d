"""The closed vocabulary in which implementations claim and checks require."""

from __future__ import annotations

from collections.abc import Iterable

CALLS = ("step", "sequence", "step_vjp", "sequence_vjp")
OPERATION_CALLS = ("compute", "compute_vjp")

CLAIMS: dict[str, str] = {
    "step": "computes one time step",
    "sequence": "computes a whole sequence",
    "step_vjp": "gives the gradients of one step",
    "sequence_vjp": "gives the gradients of a whole sequence (BPTT)",
    "by_hand": "goes back by code of its own, not by a framework's differentiation",
    "lengths": "takes the length of each row",
    "mask": "takes a mask of valid steps, of any pattern",
    "zero_length": "takes a row of length 0",
    "initial_state": "takes a given initial state",
    "none_state": "takes no initial state and starts from zero",
    "final_state": "gives the final state",
    "all_outputs": "gives the output of every step",
    "trace": "shows intermediate values of every step",
    "dropout": "drops when it trains, and only then",
    "dropout_given": "takes the masks of dropout",
    "dropout_drawn": "draws the masks of dropout from a seed, and shows them",
    "time_major": "takes (T, B, D)",
    "batch_major": "takes (B, T, D)",
    "float16": "computes in float16",
    "bfloat16": "computes in bfloat16",
    "float32": "computes in float32",
    "float64": "computes in float64",
    "cpu": "runs on the CPU",
    "cuda": "runs on a CUDA device",
    "compute": "computes an operation",
    "compute_vjp": "gives the gradients of an operation",
}

DTYPES = ("float64", "float32", "float16", "bfloat16")


def held(dtype: str) -> str:
    """Return the dtype that holds numbers of one: NumPy has no bfloat16, so float32 does."""
    return "float32" if dtype == "bfloat16" else dtype


def claims(names: Iterable[str]) -> frozenset[str]:
    """Return the names as a set of claims.

    Raises:
        ValueError: a name is not in the vocabulary.
    """
    chosen = frozenset(names)
    unknown = sorted(chosen - CLAIMS.keys())
    if unknown:
        raise ValueError(f"unknown claims {unknown}; allowed: {sorted(CLAIMS)}")
    return chosen

"""Pieces of the lines that reproduce a call without rnncheck."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def variables(
    call: str, kinds: list[str], given: Collection[str] | None
) -> tuple[list[str], list[str]]:
    """Return the variables of the given parts of the state, and those of the new state."""
    start = "new_" if call.endswith("_vjp") else ""
    old = [variable(f"state.{k}") for k in kinds if given is None or f"state.{k}" in given]
    return old, [start + variable(f"state.{k}") for k in kinds]


def variable(name: str) -> str:
    """Return the variable of a native name: "state_l0_h" of "state.l0.h"."""
    return name.replace(".", "_")


def as_tuple(names: list[str]) -> str:
    """Write a state as PyTorch takes it: None, h or (h, c)."""
    return f"({', '.join(names)})" if len(names) > 1 else "".join(names) or "None"


def arguments(sizes: tuple[int, ...], chosen: Mapping[str, Any]) -> str:
    """Write the arguments of a constructor."""
    return ", ".join([*map(str, sizes), *(f"{key}={value!r}" for key, value in chosen.items())])

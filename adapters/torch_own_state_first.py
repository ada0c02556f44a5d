"""As torch_own, for modules with one matrix for [h, x]: the state before the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class StateFirstRunner(TorchOwnRunner):
    """Reads a kernel's columns as those of h, then those of x."""

    state_first = True


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> StateFirstRunner:
    """Build the module (see base.Adapter)."""
    return StateFirstRunner(find(namespace, name, spelled_within), spec, params, dtype, device)


ADAPTER = Adapter(
    "torch_own_state_first", "torch", OwnLayout(), claims, make, spelled=spelled_within
)

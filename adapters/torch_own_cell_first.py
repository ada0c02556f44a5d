"""As torch_own, for modules whose state is (c, h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class CellFirstRunner(TorchOwnRunner):
    """Hands over and takes back the cell state before the hidden state."""

    cell_first = True


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> CellFirstRunner:
    """Build the module (see base.Adapter)."""
    return CellFirstRunner(find(namespace, name, spelled_within), spec, params, dtype, device)


ADAPTER = Adapter(
    "torch_own_cell_first", "torch", OwnLayout(), claims, make, spelled=spelled_within
)

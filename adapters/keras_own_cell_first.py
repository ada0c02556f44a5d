"""As keras_own, for layers whose state is (c, h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find, spelled_within
from rnncheck.adapters.keras_own import KerasOwnLayout, KerasOwnRunner, claims
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class CellFirstRunner(KerasOwnRunner):
    """Hands over and takes back the cell state before the hidden state."""

    cell_first = True


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> CellFirstRunner:
    """Build the object (see base.Adapter)."""
    return CellFirstRunner(find(namespace, name, spelled_within), spec, params, dtype, device)


ADAPTER = Adapter(
    "keras_own_cell_first", "keras3", KerasOwnLayout(), claims, make, spelled=spelled_within
)

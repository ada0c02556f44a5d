"""As keras_own, for layers whose state is (c, h)."""

from __future__ import annotations

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.keras_own import KerasOwnLayout, KerasOwnRunner, claims


class CellFirstRunner(KerasOwnRunner):
    """Hands over and takes back the cell state before the hidden state."""

    cell_first = True


ADAPTER = Adapter(
    "keras_own_cell_first",
    "keras3",
    KerasOwnLayout(),
    claims,
    made_by(CellFirstRunner),
    spelled=spelled_within,
)

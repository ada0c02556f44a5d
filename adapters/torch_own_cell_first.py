"""As torch_own, for modules whose state is (c, h)."""

from __future__ import annotations

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims


class CellFirstRunner(TorchOwnRunner):
    """Hands over and takes back the cell state before the hidden state."""

    cell_first = True


ADAPTER = Adapter(
    "torch_own_cell_first",
    "torch",
    OwnLayout(),
    claims,
    made_by(CellFirstRunner),
    spelled=spelled_within,
)

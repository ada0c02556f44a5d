"""As torch_own, for modules whose state has an axis for layers, (1, N, H), as that of torch.nn.LSTM."""

from __future__ import annotations

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims


class LayeredRunner(TorchOwnRunner):
    """Hands over the state with an axis in front."""

    layered = True


ADAPTER = Adapter(
    "torch_own_layered",
    "torch",
    OwnLayout(),
    claims,
    made_by(LayeredRunner),
    spelled=spelled_within,
)

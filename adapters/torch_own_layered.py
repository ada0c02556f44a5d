"""As torch_own, for modules whose state has an axis for layers, (1, N, H), as that of torch.nn.LSTM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class LayeredRunner(TorchOwnRunner):
    """Hands over the state with an axis in front."""

    layered = True


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> LayeredRunner:
    """Build the module (see base.Adapter)."""
    return LayeredRunner(find(namespace, name, spelled_within), spec, params, dtype, device)


ADAPTER = Adapter("torch_own_layered", "torch", OwnLayout(), claims, make, spelled=spelled_within)

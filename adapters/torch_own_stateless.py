"""As torch_own, for modules that take no state: they start at zero."""

from __future__ import annotations

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims
from rnncheck.protocol.spec import Spec


class StatelessRunner(TorchOwnRunner):
    """Hands over no state."""

    stateless = True


def _claims(spec: Spec) -> frozenset[str]:
    return claims(spec) - {"initial_state"}


ADAPTER = Adapter(
    "torch_own_stateless",
    "torch",
    OwnLayout(),
    _claims,
    made_by(StatelessRunner),
    spelled=spelled_within,
)

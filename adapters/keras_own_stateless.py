"""As keras_own, for layers that take no state: they start at zero."""

from __future__ import annotations

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.keras_own import KerasOwnLayout, KerasOwnRunner, claims
from rnncheck.protocol.spec import Spec


class StatelessRunner(KerasOwnRunner):
    """Hands over no state."""

    stateless = True


def _claims(spec: Spec) -> frozenset[str]:
    return claims(spec) - {"initial_state"}


ADAPTER = Adapter(
    "keras_own_stateless",
    "keras3",
    KerasOwnLayout(),
    _claims,
    made_by(StatelessRunner),
    spelled=spelled_within,
)

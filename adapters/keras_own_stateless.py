"""As keras_own, for layers that take no state: they start at zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find, spelled_within
from rnncheck.adapters.keras_own import KerasOwnLayout, KerasOwnRunner, claims
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class StatelessRunner(KerasOwnRunner):
    """Hands over no state."""

    stateless = True


def _claims(spec: Spec) -> frozenset[str]:
    return claims(spec) - {"initial_state"}


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> StatelessRunner:
    """Build the object (see base.Adapter)."""
    return StatelessRunner(find(namespace, name, spelled_within), spec, params, dtype, device)


ADAPTER = Adapter(
    "keras_own_stateless", "keras3", KerasOwnLayout(), _claims, make, spelled=spelled_within
)

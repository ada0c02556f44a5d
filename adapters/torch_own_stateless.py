"""As torch_own, for modules that take no state: they start at zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import find, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec


class StatelessRunner(TorchOwnRunner):
    """Hands over no state."""

    stateless = True


def _claims(spec: Spec) -> frozenset[str]:
    return claims(spec) - {"initial_state"}


def make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> StatelessRunner:
    """Build the module (see base.Adapter)."""
    return StatelessRunner(find(namespace, name, spelled_within), spec, params, dtype, device)


ADAPTER = Adapter(
    "torch_own_stateless", "torch", OwnLayout(), _claims, make, spelled=spelled_within
)

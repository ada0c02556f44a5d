"""As torch_own, for modules with one matrix for [h, x]: the state before the input."""

from __future__ import annotations

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.torch_own import OwnLayout, TorchOwnRunner, claims


class StateFirstRunner(TorchOwnRunner):
    """Reads a kernel's columns as those of h, then those of x."""

    state_first = True


ADAPTER = Adapter(
    "torch_own_state_first",
    "torch",
    OwnLayout(),
    claims,
    made_by(StateFirstRunner),
    spelled=spelled_within,
)

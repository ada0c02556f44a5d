"""As keras_own, for layers with one kernel for [h, x]: the state before the input."""

from __future__ import annotations

from rnncheck.adapters.base import Adapter
from rnncheck.adapters.base_answers import made_by, spelled_within
from rnncheck.adapters.keras_own import KerasOwnLayout, KerasOwnRunner, claims


class StateFirstRunner(KerasOwnRunner):
    """Reads a kernel's rows as those of h, then those of x."""

    state_first = True


ADAPTER = Adapter(
    "keras_own_state_first",
    "keras3",
    KerasOwnLayout(),
    claims,
    made_by(StateFirstRunner),
    spelled=spelled_within,
)

"""What each pair of a bank asks of a submission: calls, and networks that a framework builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rnncheck.grading.asked import Asked, within
from rnncheck.grading.bank import Pair
from rnncheck.grading.bank_choice import Asks
from rnncheck.protocol.claims import CALLS
from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.answered import Logs, digest
from rnncheck.suites.check import checks
from rnncheck.suites.driver import run_pair
from rnncheck.suites.prepared import Prepared

LENGTHS = {"sequence": 2, "sequence_vjp": 4}  # their place among the arguments


class Heard:
    """A right answer that notes what is asked of it; a protocol.implementation.Bind."""

    def __init__(self, contract: Asked) -> None:
        """Have heard nothing yet."""
        self._inner = within(bind, contract.claims)
        self.calls: list[str] = []
        self.networks: set[str] = set()

    def __call__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        """Bind."""
        made: Any = self._inner(spec, params, dtype, device)
        weights = digest(params).hex()
        for name in CALLS:
            setattr(made, name, self._noted(f"{spec} {weights}", spec, name, getattr(made, name)))
        counting: Implementation = made
        return counting

    def _noted(self, start: str, spec: Spec, name: str, call: Any) -> Any:
        def noted(*given: Any) -> Any:
            self.calls.append(f"{name} {start} {digest(*given).hex()}")
            at = LENGTHS.get(name, len(given))
            network = f"{name.removesuffix('_vjp')} {spec} {given[1] is None}"
            network += f" {any(a is not None for a in given[at : at + 2])}"
            self.networks |= {network, f"{network} {name}"}
            return call(*given)

        return noted


def counted(contract: Asked, kept: Prepared) -> dict[Pair, Asks]:
    """Return all pairs of a contract, each with what it asks of a right answer."""
    found = {}
    for check, record, number in contract.pairs():
        heard = Heard(contract)
        run_pair(heard, check, record, prepared=kept)
        keys = _keys(heard.calls, alone=check.shares)
        pair = Pair(check.name, number, record, len(keys))
        found[pair] = Asks(frozenset(keys), frozenset(heard.networks))
    return found


def _keys(calls: Sequence[str], *, alone: bool) -> list[str]:
    """Return what tells calls from others: all that came before, too, where they do not stand alone.

    A check whose first call alone is another's, asked before it, makes that call again; `recounted`
    shows such calls.
    """
    if alone:
        return [f"{call} {calls[:k].count(call) or ''}" for k, call in enumerate(calls)]
    return [" ".join(calls[: k + 1]) + " " for k in range(len(calls))]


def recounted(contract: Asked, pairs: Sequence[Pair], kept: Prepared) -> list[Pair]:
    """Return the pairs, each with the calls that it adds to those of the pairs before it."""
    heard, logs, found = Heard(contract), Logs(), []
    for pair in pairs:
        before = len(heard.calls)
        run_pair(heard, checks()[pair.check], pair.record, prepared=kept, logs=logs)
        found.append(replace(pair, calls=len(heard.calls) - before))
    return found

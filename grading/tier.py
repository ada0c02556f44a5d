"""Refuses to grade strangers' files where workers are shut in less well than is required."""

from __future__ import annotations

from collections.abc import Sequence

from rnncheck.grading.collect import Item
from rnncheck.grading.errors import UsageError
from rnncheck.protocol.faults import Fault
from rnncheck.worker.servers import Servers
from rnncheck.worker.tiers import MEANING, TIERS, enough


def require(items: Sequence[Item], device: str, required: str) -> None:
    """Try every world that the submissions live in; "practice" requires nothing.

    Raises:
        UsageError: one of them gives less.
    """
    if required == TIERS[0]:
        return
    with Servers() as servers:
        for world in sorted({item.contract.world for item in items if item.contract}):
            _require(servers, world, device, required)


def _require(servers: Servers, world: str, device: str, required: str) -> None:
    try:
        tier = servers.tier(world, device=device)
    except Fault:
        return  # absent: its submissions get no mark
    if not enough(tier, required):
        why = "; ".join(f"{t}: {text}" for t, text in servers.refused.get(world, {}).items())
        where = "on cuda" if device == "cuda" else f"here ({why})"
        raise UsageError(
            f"--require {required}: the world {world!r} gives {tier} {where}, that is "
            f"{MEANING[tier]}. rnncheck doctor says what is missing. Nothing was graded."
        )

"""Whether a number of draws is too unlikely to be chance."""

from __future__ import annotations

import math


def surprise(hits: int, draws: int, chance: float) -> float:
    """Return draws * KL(hits / draws || chance), in nats.

    By Chernoff's bound (Chernoff, H. (1952), A measure of asymptotic efficiency for tests of a
    hypothesis based on the sum of observations) the sum of independent draws, each a hit with that
    chance, is this surprising or more with a probability of at most 2 exp(-surprise).
    """
    share = hits / draws
    terms = ((share, chance), (1 - share, 1 - chance))
    return draws * sum(p * math.log(p / q) for p, q in terms if p)


def too_unlikely(hits: int, draws: int, chance: float, rate: float) -> bool:
    """Say whether chance makes so many or so few hits at most with that rate of false alarms."""
    return draws > 0 and 2 * math.exp(-surprise(hits, draws, chance)) <= rate

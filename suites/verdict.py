"""The verdict on one tensor, element by element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnncheck.suites.allowance import Allowance
from rnncheck.suites.tally import Tally
from rnncheck.suites.tensor import Tensor

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """How each element of a tensor stands, all of its shape.

    Attributes:
        error: how far it is off; 0 where both are the same infinity.
        allowed: how far it may be off; infinite where that was not computed.
        shares: the part of the allowance that was used; 0 where that was not computed.
        wrong: beyond its allowance.
        blurred: there are elements that could not be judged.
    """

    error: Floats
    allowed: Floats
    shares: Floats
    wrong: NDArray[np.bool_]
    blurred: bool = False


def judge(tensor: Tensor, tally: Tally) -> Verdict:
    """Judge every element of a tensor, and count it.

    An error that is small anyhow is right, and its sigma need not be known; a number that is not finite is
    wrong, also where rounding makes the others.
    """
    got, allowance = np.asarray(tensor.got, np.float64), tensor.allowed
    with np.errstate(all="ignore"):
        error = np.where(got == tensor.expected, 0.0, np.abs(got - tensor.expected))
    if not isinstance(allowance, Allowance):
        verdict = _against(error, allowance)
        tally.note(verdict.wrong, verdict.shares)
        return verdict
    alone = allowance.alone(error)
    if not tally.every and not alone.any() and allowance.all_small(error):
        none = np.zeros(error.shape, bool)
        tally.note(none, None)
        return Verdict(error, np.full(error.shape, np.inf), np.zeros(error.shape), none)
    small = error <= allowance.small()
    found = _against(error, allowance.elements())
    sharp = allowance.judged(got)
    wrong = found.wrong & (sharp | ~np.isfinite(error)) | alone
    tally.note(wrong, found.shares, sharp)
    tally.small += int(np.sum(small & sharp & (error > allowance.own())))
    return Verdict(error, found.allowed, found.shares, wrong, bool(np.any(~sharp & ~small)))


def _against(error: Floats, most: Floats) -> Verdict:
    allowed = np.broadcast_to(most, error.shape)
    with np.errstate(all="ignore"):
        shares = np.where(error == 0, 0.0, error / allowed)
    return Verdict(error, allowed, np.where(np.isnan(shares), np.inf, shares), ~(error <= allowed))

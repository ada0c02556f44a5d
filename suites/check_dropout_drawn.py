"""Masks that an implementation draws itself have the probability that is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rnncheck.protocol.names import Array, Arrays, dropout_keep, group
from rnncheck.protocol.spec import Dropout, Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.chance import surprise, too_unlikely
from rnncheck.suites.check import Check
from rnncheck.suites.compare import CheckFailure
from rnncheck.suites.dropping import under_masks
from rnncheck.suites.sentences import say
from rnncheck.suites.sizes import sized, usual
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

CLAIM = "the masks of dropout are not drawn as they should be"
RATE = 1e-9  # of false alarms, for all statistics of one case together


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where masks keep too much or too little, or depend on each other or not on the seed."""
    masks = _drawn(subject, case, truth, case.record.seed)
    tests = [found for name, mask in masks.items() for found in _statistics(case.spec, name, mask)]
    what, hits, draws, chance = max(tests, key=lambda test: surprise(*test[1:]))
    if too_unlikely(hits, draws, chance, RATE / len(tests)):
        share = f"{chance:.4g}"
        raise CheckFailure(CLAIM, say("mask_odds", what=what, got=hits, total=draws, of=share))
    if not _alike(masks, _drawn(subject, case, truth, case.record.seed)):
        raise CheckFailure(CLAIM, say("mask_seed"))
    _require_other_masks(subject, case, truth, masks)


def _drawn(subject: Subject, case: Case, truth: Truth, seed: int) -> Arrays:
    dropout = {"seed": np.array(seed, np.int64)}
    result = subject.sequence(case.x, case.state, dropout=dropout)
    under_masks(case, truth, result)
    return group(result, "dropout")


def _require_other_masks(subject: Subject, case: Case, truth: Truth, masks: Arrays) -> None:
    """Fail where other seeds give the same masks, more of them than small masks do by chance."""
    alike = math.prod(_agree(case.spec, name) ** mask.size for name, mask in masks.items())
    chance, seed = 1.0, case.record.seed
    while chance > RATE:
        chance, seed = chance * alike, seed + 1
        if not _alike(masks, _drawn(subject, case, truth, seed)):
            return
    raise CheckFailure(CLAIM, say("mask_seeds"))


def _agree(spec: Spec, name: str) -> float:
    """Return the chance that two draws of an element are equal."""
    keep = dropout_keep(spec, name)
    return keep**2 + (1 - keep) ** 2


def _statistics(spec: Spec, name: str, mask: Array) -> Iterator[tuple[str, int, int, float]]:
    """Yield sums of independent draws: what is counted, the sum, how many, the chance of each."""
    keep, alike = dropout_keep(spec, name), _agree(spec, name)
    letters = "gbh" if spec.dropout.draw == "gate" else "tbh"
    for axis, letter in zip(range(-mask.ndim, 0), letters[-mask.ndim :], strict=True):
        even, odd = np.moveaxis(mask, axis, 0)[0::2], np.moveaxis(mask, axis, 0)[1::2]
        pairs = even[: len(odd)] == odd  # no two share an element
        if not pairs.size:
            continue
        yield say("mask_pairs", name=name, axis=letter), int(pairs.sum()), pairs.size, alike
    yield say("mask_kept", name=name), int(mask.sum()), mask.size, keep


def _alike(masks: Arrays, others: Arrays) -> bool:
    return all(np.array_equal(mask, others[name]) for name, mask in masks.items())


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    if spec.dropout == Dropout():
        return ()
    if spec.dropout.draw == "batch":  # the width alone makes many draws
        return (CaseSpec(spec=sized(spec, 96, 128), steps=2, batch=2, seed=141, training=True),)
    return (CaseSpec(spec=usual(spec), steps=6, batch=128, seed=141, training=True),)


CHECK = Check(
    name="dropout_drawn",
    family="wrappers",
    reason="Each value is kept with the keep probability, whatever becomes of the others.",
    hint="Is the number that you draw with the probability of keeping or of dropping?",
    needs=frozenset({"sequence", "initial_state", "dropout", "dropout_drawn"}),
    catches="dropout_keep_swapped",
    run=run,
    cases=_cases,
)

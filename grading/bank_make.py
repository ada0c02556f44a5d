"""Makes banks: the practice banks from the kill matrix, a course's from a seed of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from rnncheck.grading.asked import Asked, within
from rnncheck.grading.bank import Bank, Pair
from rnncheck.grading.bank_answers import sigmas, sketches, truths
from rnncheck.grading.bank_calls import counted, recounted
from rnncheck.grading.bank_choice import Choice, Chosen
from rnncheck.grading.errors import UsageError
from rnncheck.grading.matrix import Rows
from rnncheck.grading.sketches import Sketches
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.base import Mistake
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import checks
from rnncheck.suites.driver import claimed, run_pair
from rnncheck.suites.prepared import Kept, Prepared
from rnncheck.suites.tally import Tally

DRAWS = 200
LEAST_SEED = 16  # bytes
TRUNCATED = ("truncated_bptt_10", "truncated_bptt_20", "truncated_bptt_30")


def choose(
    contract: Asked, rows: Rows, budget: int, kept: Prepared, advice: Collection[str] = ()
) -> Chosen:
    """Choose the pairs of a contract's bank from its part of the kill matrix.

    Raises:
        UsageError: a mistake that can be killed is killed by no pair under the budget.
    """
    pairs = counted(contract, kept)
    named = {(pair.check, pair.number): pair for pair in pairs}
    killers = {m: [named[key] for key in rows.killed_by(m)] for m in rows.kills}
    chosen = Choice(pairs, killers, budget, advice).run()
    alive = sorted(name for name, times in chosen.short.items() if not times)
    if alive:
        raise UsageError(
            f"{contract.name}: {budget} calls do not kill {', '.join(alive)}; raise the budget "
            "in [bank] of its assignment.toml"
        )
    return chosen


def build(
    contract: Asked,
    pairs: Sequence[Pair],
    versions: Mapping[str, str],
    secret: bytes | None = None,
    *,
    whole: bool = True,
) -> Bank:
    """Return a bank of some pairs, with fresh cases like theirs where a secret seed is given.

    Where it is not to be whole it has no sigmas and no sketches.

    Raises:
        UsageError: no fresh case was found that a right answer passes in float32 too.
    """
    if secret is not None:
        pairs = _fresh(contract, pairs, secret)
    kept = Kept()
    right = within(bind, contract.claims)
    for pair in pairs:
        tally = Tally(every=whole)  # so that every sigma is asked for
        outcome = run_pair(right, checks()[pair.check], pair.record, prepared=kept, tally=tally)
        if outcome.status != "passed":
            raise UsageError(f"{contract.name}: the reference itself fails {pair.check}: {outcome}")
    records = list(dict.fromkeys(pair.record for pair in pairs))
    return Bank(
        assignment=contract.assignment,
        framework=contract.framework,
        practice=secret is None,
        pairs=tuple(recounted(contract, pairs, kept)),
        cases={record: kept.case(record) for record in records},
        truths={record: truths(contract, kept, record) for record in records},
        sigmas={r: sigmas(contract, kept, r) for r in records} if whole else {},
        sketches=sketches(contract, pairs) if whole else Sketches(),
        versions=versions,
    )


def _fresh(contract: Asked, pairs: Sequence[Pair], secret: bytes) -> list[Pair]:
    if len(secret) < LEAST_SEED:
        raise UsageError(
            f"the seed has {len(secret)} bytes; give a file of at least {LEAST_SEED}, such as "
            "`head -c 32 /dev/urandom > FILE` makes"
        )
    seeds: dict[CaseSpec, int] = {}
    for record in dict.fromkeys(_plain(pair.record) for pair in pairs):
        asked = [pair for pair in pairs if _plain(pair.record) == record]
        seeds[record] = record.seed if record.golden else _drawn(contract, record, asked, secret)
    return [replace(p, record=replace(p.record, seed=seeds[_plain(p.record)])) for p in pairs]


def _plain(record: CaseSpec) -> CaseSpec:
    """Return what is equal for records that share calls, and so must share a seed."""
    return replace(record, upstream="all") if record.upstream == "large" else record


def _drawn(contract: Asked, record: CaseSpec, asked: Sequence[Pair], secret: bytes) -> int:
    """Return the first seed of the secret's own series with which records may be judged by."""
    plain = json.dumps(record.to_json(), sort_keys=True)
    for k in range(DRAWS):
        mixed = hmac.digest(secret, f"{k} {plain}".encode(), hashlib.sha256)
        seed = int.from_bytes(mixed[:6])
        if all(_fits(contract, pair, replace(pair.record, seed=seed)) for pair in asked):
            return seed
    raise UsageError(f"{contract.name}: no fresh case like {plain} can be judged in float32")


def _fits(contract: Asked, pair: Pair, record: CaseSpec) -> bool:
    """Say whether a right answer passes in both arithmetics, and truncated BPTT in neither."""
    check, kept = checks()[pair.check], Kept()
    for dtype in ("float64", "float32"):
        right = run_pair(within(bind, contract.claims), check, record, dtype, prepared=kept)
        if right.status != "passed":
            return False
        for name in TRUNCATED if pair.check == "gradient_long" else ():
            wrong = mistakes()[name]
            if wrong.applies(contract.spec):
                ended = run_pair(wrong.bind, check, record, dtype, prepared=kept)
                if ended.status != "failed":
                    return False
    return True


def survivors(contract: Asked, bank: Bank, only: Sequence[Mistake] = ()) -> list[str]:
    """Return the mistakes that a bank does not kill."""
    return [m.id for m in only or contract.mistakes() if not killed(contract, bank, m)]


def killed(contract: Asked, bank: Bank, mistake: Mistake) -> bool:
    """Say whether a bank kills a mistake."""
    claims = contract.offered(mistake)
    wrong = within(mistake.bind, claims)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for pair in bank.pairs:
            check = checks()[pair.check]
            if check.needs <= claims and claimed(pair.record, claims):
                ended = run_pair(wrong, check, pair.record, prepared=bank)
                if ended.status not in ("passed", "not judged", "not claimed"):
                    return True
    return False

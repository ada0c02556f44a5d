"""`rnncheck bank`: makes a course's bank, shows what is in one, and verifies them."""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rnncheck.grading.asked import Asked, asked
from rnncheck.grading.assignment import load, names
from rnncheck.grading.bank import Bank
from rnncheck.grading.bank_answers import sketches
from rnncheck.grading.bank_file import practice, practice_path, read, write
from rnncheck.grading.bank_make import build, choose, survivors
from rnncheck.grading.bank_parts import Banks, joined
from rnncheck.grading.digest import package_versions
from rnncheck.grading.errors import UsageError
from rnncheck.grading.matrix import Letters, Matrix, rows
from rnncheck.grading.matrix import read as read_matrix
from rnncheck.grading.subcommands import run
from rnncheck.protocol.spec import Spec
from rnncheck.suites.check import checks
from rnncheck.suites.prepared import Kept
from rnncheck.suites.sigmas import kept_sigmas
from rnncheck.suites.truth import LARGE_WORD, with_large_inputs

__all__ = ["add_arguments", "run"]

NEAR = 1e-12
SAMPLED = 2  # mistakes of a bank whose sketches are looked at


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    commands = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    made = commands.add_parser("make", help="write a course's bank, from a secret seed")
    made.add_argument("assignment", metavar="ASSIGNMENT", help="see `rnncheck assignments`")
    made.add_argument("--framework", metavar="NAME", help="if it can be answered in several")
    made.add_argument(
        "--seed-file", required=True, type=Path, metavar="FILE", help="16 random bytes or more"
    )
    made.add_argument("--out", required=True, type=Path, metavar="FILE", help="the bank")
    made.set_defaults(act=_make)
    kept = commands.add_parser("practice", help="write the practice banks anew (for maintainers)")
    kept.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    kept.add_argument("--matrix", type=Path, metavar="FILE", help="as `mistakes matrix` wrote it")
    kept.set_defaults(act=_practice)
    shown = commands.add_parser("show", help="list the checks and cases of a bank")
    shown.add_argument("bank", type=Path, metavar="FILE")
    shown.set_defaults(act=_show)
    verified = commands.add_parser("verify", help="hold banks to the reference and the catalogue")
    verified.add_argument(
        "banks", nargs="*", type=Path, metavar="FILE", help="default: the practice banks"
    )
    verified.set_defaults(act=_verify)


def contracts(assignment: str) -> dict[str, Asked]:
    """Return the contracts of an assignment that have a bank, by framework; parts each alone."""
    return {one.framework: one for one in asked(load(assignment)) if one.whole or one.part}


def _by_file(found: Mapping[str, Asked]) -> dict[str, list[Asked]]:
    """Return the contracts of each file of a bank: those of parts share one."""
    files: dict[str, list[Asked]] = {}
    for framework, contract in found.items():
        files.setdefault(framework.partition("/")[0], []).append(contract)
    return files


def _make(arguments: argparse.Namespace) -> int:
    found = _by_file(contracts(arguments.assignment))
    framework = arguments.framework or (next(iter(found)) if len(found) == 1 else "")
    if framework not in found:
        raise UsageError(f"give --framework, one of: {', '.join(found) or 'none has a bank'}")
    secret = arguments.seed_file.read_bytes()
    banks = [_own(contract, secret) for contract in found[framework]]
    write(_bound(banks), arguments.out)
    for bank in banks:
        print(f"{arguments.out}: {_named(bank, _summary(bank))}")
    print("Keep the seed and the file to yourself; results name the digest alone.")
    return 0


def _own(contract: Asked, secret: bytes) -> Bank:
    model = practice(contract.assignment, contract.framework)
    if model is None:
        raise UsageError(
            f"{contract.assignment} in {contract.framework} has no practice bank to follow"
        )
    bank = build(contract, model.pairs, package_versions(), secret)
    alive = _spared(contract, bank, model)
    if alive:
        raise UsageError(f"with this seed the bank does not kill {', '.join(alive)}: take another")
    return bank


def _bound(banks: Sequence[Bank]) -> Bank | Banks:
    """Return what one file holds."""
    return joined(banks) if "/" in banks[0].framework else banks[0]


def _named(bank: Bank, text: str) -> str:
    part = bank.framework.partition("/")[2]
    return f"{part}: {text}" if part else text


def _spared(contract: Asked, bank: Bank, model: Bank) -> list[str]:
    """Return the mistakes that the practice bank kills and another one does not."""
    alive = survivors(contract, bank)
    known = {mistake.id: mistake for mistake in contract.mistakes()}
    return sorted(set(alive) - set(survivors(contract, model, [known[m] for m in alive])))


def _practice(arguments: argparse.Namespace) -> int:
    stored: Matrix = read_matrix(arguments.matrix) if arguments.matrix else {}
    for name in arguments.assignments or names():
        assignment = load(name)
        advice = [
            c.name
            for c in checks().values()
            if not assignment.points.get(c.name, assignment.points[c.family])
        ]
        for framework, asked_for in _by_file(contracts(name)).items():
            budget = assignment.calls[assignment.contracts[framework].world]
            kept: dict[Spec, Letters] = {}
            banks = []
            for contract in asked_for:
                letters = kept.setdefault(contract.spec, Letters())
                part = stored.get(contract.name) or rows(contract, kept=letters)
                chosen = choose(contract, part, budget, Kept(), advice)
                banks.append(build(contract, chosen.pairs, package_versions()))
                few = f"; fewer than 3 times: {len(chosen.short)} mistakes" if chosen.short else ""
                print(f"{contract.name}: {_summary(banks[-1])}{few}", flush=True)
            write(_bound(banks), practice_path(name, framework))
    return 0


def _summary(bank: Bank) -> str:
    kind = "practice" if bank.practice else "course"
    asks = len({pair.check for pair in bank.pairs})
    return (
        f"{kind} bank, {asks} checks, {len(bank.pairs)} pairs, {bank.calls} calls, "
        f"{len(bank.cases)} cases, digest {bank.digest}"
    )


def _show(arguments: argparse.Namespace) -> int:
    for bank in _each(read(arguments.bank)):
        print(f"{bank.assignment} in {bank.framework}: {_summary(bank)}")
        for pair in bank.pairs:
            record = pair.record
            sizes = f"T={record.steps} B={record.batch} D={record.spec.input_size}"
            hidden = ", ".join(map(str, record.spec.hidden_sizes))
            named = f" golden {record.golden}" if record.golden else ""
            print(f"  {pair.check:<22} calls {pair.calls:>2}  {sizes} H={hidden}{named}")
    return 0


def _each(bank: Bank | Banks) -> list[Bank]:
    return list(bank.parts.values()) if isinstance(bank, Banks) else [bank]


def _verify(arguments: argparse.Namespace) -> int:
    given = [bank for path in arguments.banks for bank in _each(read(path))]
    banks = given or practice_banks()
    wrong = 0
    for bank in banks:
        found = problems(bank)
        wrong += bool(found)
        print(f"{bank.assignment}/{bank.framework}: {'; '.join(found) or 'holds'}", flush=True)
    return 1 if wrong else 0


def practice_banks() -> list[Bank]:
    """Return every practice bank."""
    found = [practice(name, framework) for name in names() for framework in contracts(name)]
    return [bank for bank in found if bank is not None]


def problems(bank: Bank) -> list[str]:
    """Return what is wrong with a bank: its answers, its cases, or what it lets pass."""
    contract = contracts(bank.assignment).get(bank.framework)
    if contract is None:
        return ["there is no such contract"]
    again = build(contract, bank.pairs, bank.versions, whole=False)
    found = [
        f"{name} of a case is not what the reference gives"
        for record in bank.cases
        for name, arrays in again.truths[record].items()
        if not _same(arrays, bank.truths[record].get(name, {}))
    ]
    found += [
        f"the arrays of {pair.check} are not those of its record"
        for pair in bank.pairs
        if not np.array_equal(bank.cases[pair.record].x, again.cases[pair.record].x)
    ]
    return found + _stale(contract, bank)


def _stale(contract: Asked, bank: Bank) -> list[str]:
    """Look at the sigmas of one case, and at the sketches of some mistakes: others in each bank."""
    chance = random.Random(bank.digest)
    record = chance.choice([pair.record for pair in bank.pairs])
    found = []
    for call, known in bank.sigmas[record].items():
        case = bank.cases[record]
        large = with_large_inputs(case) if call.startswith(LARGE_WORD) else case
        sigmas = kept_sigmas(large, call.removeprefix(LARGE_WORD), "float32")
        if not all(np.allclose(known[name], sigmas[name], rtol=1e-6) for name in known):
            found.append(f"the sigmas of {call} are not those of the case")
    ids = chance.sample([mistake.id for mistake in contract.mistakes()], SAMPLED)
    again, now = sketches(contract, bank.pairs, ids), bank.sketches
    if not all(place in now.off for place in again.off):
        return [*found, "there are no sketches of some of the cases that explain a failure"]
    for index, row in enumerate(again.rows):
        at = now.rows.index(row) if row in now.rows else -1
        fresh = [float(off[index]) for off in again.off.values()]
        kept = [float(now.off[place][at]) for place in again.off]
        if at < 0 or not np.allclose(fresh, kept, rtol=1e-4, atol=1e-6, equal_nan=True):
            found.append("the sketch of a mistake is not that of its numbers")
    return found


def _same(one: object, other: object) -> bool:
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    return one.keys() == other.keys() and all(
        np.allclose(one[name], other[name], rtol=NEAR, atol=NEAR) for name in one
    )

"""Practice banks: they hold, kill every mistake that can be, and agree with the checks' own cases."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base_local import bind as local
from rnncheck.grading.asked import asked, within
from rnncheck.grading.assignment import load, names
from rnncheck.grading.bank import Bank
from rnncheck.grading.bank_calls import recounted
from rnncheck.grading.bank_choice import TIMES, kinds
from rnncheck.grading.bank_file import practice, read, write
from rnncheck.grading.bank_make import build, killed
from rnncheck.grading.cli import main
from rnncheck.grading.command_bank import problems
from rnncheck.grading.errors import UsageError
from rnncheck.grading.matrix import read as read_matrix
from rnncheck.mistakes import mistakes
from rnncheck.protocol.implementation import Bind
from rnncheck.protocol.names import Arrays
from rnncheck.reference.implementation import bind
from rnncheck.suites.check import checks
from rnncheck.suites.driver import plan, run_pair, run_plan

ROOT = Path(__file__).resolve().parents[1]
MATRIX = read_matrix(ROOT / "docs" / "kill-matrix.json")
EXPLAIN = ("state_last_output", "state_order", "state_step_output")
CONTRACTS = {one.name: one for name in names() for one in asked(load(name)) if one.whole}
MOST = 4 << 20  # bytes of all practice banks
ADVICE = "advice"
BACKWARD = [
    name
    for name, contract in CONTRACTS.items()
    if "sequence_vjp" in contract.claims and mistakes()["truncated_bptt_10"].applies(contract.spec)
]


def bank_of(name: str) -> Bank:
    """Return the practice bank of a contract."""
    bank = practice(*name.split("/"))
    assert bank is not None, f"{name}: run `rnncheck bank practice --matrix docs/kill-matrix.json`"
    return bank


def passes(bound: Bind, bank: Bank) -> bool:
    """Say whether an implementation passes all of a bank that it claims and that earns marks."""
    ended = run_plan(bound, bank.plan(), prepared=bank)
    return all(o.status in ("passed", "not claimed") for o in ended if o.family != ADVICE)


@pytest.mark.parametrize("name", CONTRACTS)
def test_bank_holds(name: str) -> None:
    """Its answers are the reference's, its cases those of their records, its calls in the budget."""
    bank, contract = bank_of(name), CONTRACTS[name]
    assignment = load(contract.assignment)
    assert problems(bank) == []
    assert bank.practice
    assert bank.calls <= assignment.calls[assignment.contracts[contract.framework].world]
    known = {(check.name, number): case for check, case, number in contract.pairs()}
    assert all(known[pair.check, pair.number] == pair.record for pair in bank.pairs)
    assert passes(within(bind, contract.claims), bank)


@pytest.mark.parametrize("name", CONTRACTS)
def test_bank_has_long_cases_and_edges(name: str) -> None:
    """Two long cases where gradients are asked for; every kind of edge that the checks have."""
    bank, contract = bank_of(name), CONTRACTS[name]
    long = [pair for pair in bank.pairs if pair.check == "gradient_long"]
    assert len(long) == (2 if "sequence_vjp" in contract.claims else 0)
    points = load(contract.assignment).points
    asks = [case for check, case, _ in contract.pairs() if points[check.family]]
    there = {kind for pair in bank.pairs for kind in kinds(pair.record)}
    assert {kind for case in asks for kind in kinds(case)} <= there


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_mistake_is_killed(name: str) -> None:
    """Each that fails a check with marks under the contract fails the bank; NumPy's three times."""
    bank, contract, rows = bank_of(name), CONTRACTS[name], MATRIX[name]
    points = load(contract.assignment).points
    chosen = {(pair.check, pair.number) for pair in bank.pairs}
    for mistake in contract.mistakes():
        killers = [p for p in rows.killed_by(mistake.id) if points[checks()[p[0]].family]]
        if not killers:
            continue
        there = [pair for pair in bank.pairs if (pair.check, pair.number) in killers]
        least = min(TIMES, len(killers)) if contract.framework == "numpy" else 1
        assert len(chosen.intersection(killers)) >= least, mistake.id
        assert killed(contract, replace(bank, pairs=tuple(there[:1])), mistake), mistake.id


@pytest.mark.parametrize("name", CONTRACTS)
def test_checks_that_only_explain_cost_no_calls(name: str) -> None:
    """What can fail only where reference checks fail asks for nothing of its own (decision 16)."""
    bank = bank_of(name)
    others = [pair for pair in bank.pairs if pair.check not in EXPLAIN]
    assert sum(pair.calls for pair in recounted(CONTRACTS[name], others, bank)) == bank.calls


@pytest.mark.parametrize("steps", [10, 20, 30])
@pytest.mark.parametrize("name", BACKWARD)
def test_truncation_is_found_in_float32(name: str, steps: int) -> None:
    """By the long cases, in both arithmetics."""
    bank, wrong = bank_of(name), mistakes()[f"truncated_bptt_{steps}"]
    for dtype in ("float64", "float32"):
        ended = [
            run_pair(wrong.bind, checks()[pair.check], pair.record, dtype, prepared=bank)
            for pair in bank.pairs
            if pair.check == "gradient_long"
        ]
        assert "failed" in {one.status for one in ended}


def solution(name: str) -> Bind:
    """Return the NumPy solution of an assignment, run in this process."""
    contract = load(name).contracts["numpy"]
    path = ROOT / "tests" / "solutions" / name / "numpy.py"
    spec = importlib.util.spec_from_file_location("solution", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return partial(local, adapters.load(contract.adapter), vars(module), contract.names[0])


@pytest.mark.parametrize("name", [n for n in CONTRACTS if n.endswith("/numpy")])
def test_bank_and_checks_agree_on_solutions(name: str) -> None:
    """What passes every case of every check passes the bank."""
    contract = CONTRACTS[name]
    bound = within(solution(contract.assignment), contract.claims)
    assert passes(bound, bank_of(name))
    ended = run_plan(bound, plan(contract.spec, contract.claims))
    assert {one.status for one in ended} <= {"passed", "not claimed"}


def test_banks_are_small() -> None:
    """All together in git."""
    sizes = [path.stat().st_size for path in (ROOT / "assignments").glob("*/bank_*.zip")]
    assert sum(sizes) < MOST


def test_a_file_comes_back_whole(tmp_path: Path) -> None:
    """The same bank makes the same bytes; a changed one is refused."""
    bank, path = bank_of("gru-cell/numpy"), tmp_path / "bank.zip"
    write(bank, path)
    source = path.read_bytes()
    write(read(path), path)
    assert path.read_bytes() == source
    assert read(path).digest == bank.digest
    record = next(iter(bank.truths))
    truths: Mapping[str, Arrays] = {"forward": {"outputs": np.zeros(1)}}
    changed = replace(bank, truths={**bank.truths, record: truths})
    assert changed.digest != bank.digest
    path.write_bytes(source[:-60])
    with pytest.raises(UsageError, match="is no bank"):
        read(path)


def test_a_bank_of_a_course_takes_no_more_calls() -> None:
    """Cases that share calls share them with other numbers too."""
    contract, model = CONTRACTS["elman/keras"], bank_of("elman/keras")
    own = build(contract, model.pairs, {}, bytes(range(32)), whole=False)
    assert own.calls == model.calls == 10
    assert {p.record.seed for p in own.pairs}.isdisjoint(p.record.seed for p in model.pairs)


def test_a_course_has_a_bank_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Other numbers, the same checks; equal for equal seeds; it kills, and a result names it."""
    seed, out = tmp_path / "seed", tmp_path / "bank.zip"
    seed.write_bytes(b"0123456789abcdef0123456789abcdef")
    asked_for = ["elman-cell", "--framework", "numpy", "--seed-file", str(seed)]
    assert main(["bank", "make", *asked_for, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    bank, model = read(out), bank_of("elman-cell/numpy")
    assert isinstance(bank, Bank)
    assert bank.digest in said
    assert "0123456789abcdef" not in said
    assert not bank.practice
    assert [p.check for p in bank.pairs] == [p.check for p in model.pairs]
    fresh = [p.record for p in bank.pairs if not p.record.golden]
    assert not {r.seed for r in fresh} & {p.record.seed for p in model.pairs}
    assert main(["bank", "show", str(out)]) == 0
    assert main(["bank", "verify", str(out)]) == 0
    assert "elman-cell/numpy: holds" in capsys.readouterr().out
    seed.write_bytes(b"short")
    assert main(["bank", "make", *asked_for, "--out", str(out)]) == 2
    assert "at least 16" in capsys.readouterr().err

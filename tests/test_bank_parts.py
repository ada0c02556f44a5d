"""Each part of a homework has a bank of its own, which kills what its checks can kill."""

from pathlib import Path

import pytest

from rnncheck.grading.asked import asked
from rnncheck.grading.assignment import load, names
from rnncheck.grading.bank_file import practice, read, stored_for
from rnncheck.grading.bank_make import survivors
from rnncheck.grading.bank_parts import Banks
from rnncheck.grading.cli import main
from rnncheck.grading.command_bank import problems
from rnncheck.grading.errors import UsageError
from rnncheck.grading.find import find_contract, read_submission
from rnncheck.grading.judge import judge
from rnncheck.grading.matrix import rows
from rnncheck.grading.report import Report

SOLUTIONS = Path(__file__).parent / "solutions"
PARTS = {one.name: one for name in names() for one in asked(load(name)) if one.part}
FEW = ("cmu11785-rnn/numpy/RNNCell_backward",)


def replayed(path: Path, name: str, banks: Banks) -> Report:
    """Judge a file by the banks of an assignment."""
    submission, assignment = read_submission(path), load(name)
    contract = find_contract(assignment, submission)
    return judge(submission, assignment, contract, with_diagnosis=False, bank=banks)


@pytest.mark.parametrize("name", PARTS)
def test_part_has_a_bank_under_the_budget(name: str) -> None:
    """It asks every check of the part, with no more calls than the assignment allows.

    Differences of the forward pass take more calls than are left of those to PyTorch.
    """
    assignment, _, framework = name.partition("/")
    bank = practice(assignment, framework)
    assert bank is not None
    world = load(assignment).contracts[framework.partition("/")[0]].world
    assert bank.calls <= load(assignment).calls[world]
    left_out = {check.name for check, _, _ in PARTS[name].pairs()} - {p.check for p in bank.pairs}
    assert left_out <= ({"gradient_differences"} if world == "torch" else set())


@pytest.mark.parametrize("name", FEW)
def test_bank_of_a_part_kills_what_its_checks_kill(name: str) -> None:
    """What no pair of the bank finds no pair of the part's checks finds; and the bank holds."""
    assignment, _, framework = name.partition("/")
    bank = practice(assignment, framework)
    assert bank is not None
    found = rows(PARTS[name])
    spared = {m for m in found.kills if not found.killed_by(m)}
    advice = "reference_large"
    alone = {m for m in found.kills if {check for check, _ in found.killed_by(m)} == {advice}}
    assert set(survivors(PARTS[name], bank)) <= spared | alone
    assert not problems(bank)


def test_right_homework_passes_its_banks() -> None:
    """The banks of all parts give full marks to the solution of an assignment."""
    for name in ("cs231n-rnn", "dlai-lstm"):
        banks = stored_for(name, "numpy")
        assert isinstance(banks, Banks)
        assert replayed(SOLUTIONS / name / "numpy.py", name, banks).mark == 100


def test_another_convention_is_judged_by_all_cases(tmp_path: Path) -> None:
    """A bank holds the numbers of the assignment's own convention; means are the same sums."""
    banks = stored_for("dlfs2-gru", "numpy")
    contract = load("dlfs2-gru").contracts["numpy"]
    first = contract.parts[0]
    assert isinstance(banks, Banks)
    assert banks.of(contract.parts, first.contract) is banks.parts["GRU_forward"]
    assert banks.of(contract.parts, first.variants[0][1]) is None
    cmu = stored_for("cmu11785-rnn", "numpy")
    contract = load("cmu11785-rnn").contracts["numpy"]
    mean = contract.parts[1].variants[0][1]
    assert isinstance(cmu, Banks)
    assert cmu.of(contract.parts, mean) is cmu.parts["RNNCell_backward"]


def test_a_course_makes_the_banks_of_all_parts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One file holds them; it grades, and a file that was changed is refused."""
    seed, out = tmp_path / "seed", tmp_path / "bank.zip"
    seed.write_bytes(b"0123456789abcdef0123456789abcdef")
    asked_for = ["cmu11785-rnn", "--seed-file", str(seed), "--out", str(out)]
    assert main(["bank", "make", *asked_for]) == 0
    banks = read(out)
    assert isinstance(banks, Banks)
    assert not banks.practice
    assert list(banks.parts) == ["RNNCell_backward", "RNNCell_forward"]
    assert main(["bank", "show", str(out)]) == 0
    assert main(["bank", "verify", str(out)]) == 0
    assert capsys.readouterr().out.count(": holds") == 2
    right = SOLUTIONS / "cmu11785-rnn" / "numpy.py"
    assert replayed(right, "cmu11785-rnn", banks).mark == 100
    wrong = tmp_path / "rnn_cell.py"
    wrong.write_text(right.read_text("utf-8").replace("delta * (1 - h_t**2)", "1 - h_t**2"))
    assert (replayed(wrong, "cmu11785-rnn", banks).mark or 0) < 100
    changed = bytearray(out.read_bytes())
    changed[len(changed) // 2] ^= 255
    out.write_bytes(changed)
    with pytest.raises(UsageError, match="no bank that this version reads"):
        read(out)

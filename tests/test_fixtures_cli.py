"""The command `rnncheck fixtures`: exit codes, what it says, what it leaves alone."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnncheck.fixtures.files import (
    FOLDER,
    digest,
    manifest_bytes,
    names,
    path_of,
    read,
    read_manifest,
    to_bytes,
)
from rnncheck.fixtures.findings import Finding
from rnncheck.fixtures.golden import Golden, Named
from rnncheck.fixtures.operation_records import operation_records
from rnncheck.fixtures.records import EXAMPLE, records
from rnncheck.grading import command_fixtures, producers, verify_fixtures
from rnncheck.grading.cli import main
from rnncheck.grading.producers import compare_framework
from rnncheck.protocol.faults import Fault
from tests.judging import home

SOME = "lstm/peepholes_four_rows"
FRAMEWORKS = {"torch": ("torch",), "keras": ("tensorflow",), "tf1": ("tensorflow", "tf_keras")}
EACH = [pytest.param(name, marks=home(world)) for name, world in producers.FRAMEWORKS.items()]
SHARED = {  # as it is, folded biases, turned round and padded, an option of one class
    "torch": ["elman/double_bias_five_steps", "lstm/reverse_lengths_five_steps"],
    "keras": ["lstm/mask_four_rows", "gru/z_takes_four_rows"],
    "tf1": ["lstm/all_options_four_rows", "elman/lengths_four_rows"],
}
UNSHARED = {"torch": SOME, "keras": "lstm/cell_clip_five_steps", "tf1": "gru/z_takes_five_steps"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the goldens that a test may spoil."""
    return Path(
        shutil.copytree(FOLDER, tmp_path / "copy", ignore=shutil.ignore_patterns("*.py*", "__*"))
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of goldens."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.glob("**/*.json")}


def command(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """Run `rnncheck fixtures` and return its exit code and all that it printed."""
    code = main(["fixtures", *map(str, words)])
    said = capsys.readouterr()
    return code, said.out + said.err


def flipped(arrays: Named, name: str, place: tuple[int, ...]) -> Named:
    """Return the arrays with the last bit of one number flipped."""
    changed = arrays[name].copy()
    changed.view(np.int64)[place] ^= 1
    return arrays | {name: changed}


def refrozen(golden: Golden, folder: Path) -> None:
    """Write a golden that was changed, with a manifest that agrees with its file."""
    data = to_bytes(golden)
    path_of(golden.name, folder).write_bytes(data)
    entries = read_manifest(folder)["goldens"]
    entries[golden.name]["sha256"] = digest(data)
    (folder / "manifest.json").write_bytes(manifest_bytes(entries))


def spoiled(part: str, name: str, place: tuple[int, ...], folder: Path) -> None:
    """Flip the last bit of one number of SOME."""
    golden = read(SOME, folder)
    changed: dict[str, Any] = {part: flipped(getattr(golden, part), name, place)}
    refrozen(replace(golden, **changed), folder)


def test_verify_holds_all_with_numpy_and_mpmath(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a framework, every golden, and a closing sentence."""
    code, said = command(capsys, "verify", "--framework", "none")
    assert code == 0
    ends = rf"\n{len(names())} goldens: bytes equal, the reference within (\d+) ulp\.\n$"
    found = re.search(ends, said)
    assert found, said
    assert 0 < int(found[1]) <= 32


@pytest.mark.parametrize(
    ("part", "name", "place"),
    [
        ("arguments", "params.peephole", (1, 3)),
        ("forward", "trace.c", (2, 1, 0)),
        ("backward", "d.x", (0, 3, 1)),
    ],
)
def test_verify_finds_one_bit(
    copied: Path, capsys: pytest.CaptureFixture[str], part: str, name: str, place: tuple[int, ...]
) -> None:
    """The last bit of one number, in a folder whose manifest agrees with it."""
    spoiled(part, name, place, copied)
    code, said = command(capsys, "verify", SOME, EXAMPLE, "--folder", copied, "--framework", "none")
    where = f"{name}[{', '.join(map(str, place))}], which is "
    assert (code, where in said) == (1, True), said
    assert said.endswith(f"1 of 2 goldens do not hold: {SOME}.\n")


def test_check_says_what_would_change_and_writes_nothing(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, with how many numbers; then written; then nothing to do."""
    spoiled("forward", "outputs", (1, 2, 3), copied)
    before = contents(copied)
    words = (f"{SOME}.json: 1 number changed", "manifest.json: 1 entry changed")
    code, said = command(capsys, "regenerate", "--check", "--out", copied)
    assert (code, said.splitlines()[:-1]) == (1, list(words))
    assert said.endswith(f"2 files in {copied} would change; nothing was written.\n")
    assert contents(copied) == before
    code, said = command(capsys, "regenerate", "--out", copied)
    assert (code, said.splitlines()[:-1]) == (0, list(words))
    assert f"Changed 2 files in {copied}" in said
    assert contents(copied) == contents(FOLDER)
    code, said = command(capsys, "regenerate", "--check", "--out", copied)
    assert (code, "are what would be written" in said) == (0, True)


def test_regenerate_into_a_new_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every file is new."""
    folder = tmp_path / "new" / "one"
    code, said = command(capsys, "regenerate", "--out", folder)
    assert (code, said.count(".json: new\n")) == (0, len(names()) + 1)
    assert contents(folder) == contents(FOLDER)


def test_regenerate_tells_a_file_that_cannot_be_read(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There are no numbers to count, and a layout is no number."""
    path_of(SOME, copied).write_text("{")
    path_of(EXAMPLE, copied).write_bytes(path_of(EXAMPLE, copied).read_bytes() + b"\n")
    _, said = command(capsys, "regenerate", "--out", copied, "--check")
    assert f"{SOME}.json: written anew, as it could not be read" in said
    assert f"{EXAMPLE}.json: another layout" in said


def test_an_installed_rnncheck_is_not_changed(
    copied: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside site-packages there is no project; --check is allowed, writing needs a folder."""
    monkeypatch.setattr(command_fixtures, "FOLDER", copied)
    path_of(SOME, copied).unlink()
    before = contents(copied)
    for words in (["regenerate"], ["verify", "--record", "--folder", copied]):
        code, said = command(capsys, *words)
        assert (code, "belongs to an installed rnncheck" in said) == (2, True), said
    assert command(capsys, "regenerate", "--check")[0] == 1
    assert contents(copied) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "elman/three_step_tan"], "near it: elman/three_step_tanh"),
        (["show", "peepholes"], "near it: lstm/peepholes_five_steps, lstm/peepholes_four_rows"),
        (["show", "../fixtures/manifest"], "no golden is called '../fixtures/manifest'"),
        (["verify", EXAMPLE, "zzzz"], "no golden is called 'zzzz'; see `rnncheck fixtures list`"),
        (["verify", "--framework", "none", "--framework", "torch"], "give one or the other"),
        (["verify", "--framework", "none", "--record"], "leave --framework none out"),
        (["verify", "--folder", Path(__file__).parent], "has no manifest.json"),
        (["regenerate", "--out", __file__], "is a file; give a folder"),
    ],
)
def test_bad_use_is_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[object], said: str
) -> None:
    """Exit code 2, and what to do."""
    code, printed = command(capsys, *words)
    assert (code, said in printed) == (2, True), printed
    assert printed.count("\n") == 1


def test_a_manifest_that_cannot_be_read(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, not overwritten."""
    (copied / "manifest.json").write_text("{")
    for words in (["regenerate", "--out", copied], ["verify", "--folder", copied]):
        assert command(capsys, *words)[0] == 2
    assert (copied / "manifest.json").read_text() == "{"


def test_show_prints_the_published_example(capsys: pytest.CaptureFixture[str]) -> None:
    """The numbers of the published table, by row; weights and biases above."""
    code, said = command(capsys, "show", EXAMPLE)
    assert code == 0
    rows = [line.split("  ")[0] for line in said.splitlines()]
    steps = [line.split()[-3:] for line in said.splitlines()]
    published = {
        "memory h, hidden state before": ["0.00000000", "0.81078632", "0.98966769"],
        "a, pre-activation": ["1.12931974", "2.63022371", "3.35875317"],
        "h, hidden state": ["0.81078632", "0.98966769", "0.99758382"],
        "o_in, output layer's input": ["1.41049444", "1.54190231", "1.54819772"],
        "outputs": ["0.88759908", "0.91243947", "0.91348763"],
    }
    assert {name: steps[rows.index(name)] for name in published} == published
    second_unit = steps[rows.index("h, hidden state") + 1]
    assert second_unit == ["0.95038109", "0.99681261", "0.99954540"]
    for number in ("0.4359949", "0.02592623", "0.29965467", "0.70814782", "0.29090474"):
        assert number in said


def test_list_names_every_golden_and_who_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each."""
    code, said = command(capsys, "list")
    assert (code, [line.split()[0] for line in said.splitlines()]) == (
        0,
        [*records(), *operation_records()],
    )
    assert all("=" in line and "numpy-mpmath, " in line for line in said.splitlines())


def gone(framework: str, *_: object) -> object:
    """Stand in for a framework that is not installed."""
    raise Fault("absent", f"{framework} is not installed here")


def test_an_absent_framework_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no error unless it was asked for by name."""
    monkeypatch.setattr(verify_fixtures, "compare_framework", gone)
    code, said = command(capsys, "verify", SOME)
    assert (code, said.count(" is absent: ")) == (0, 3)
    assert said.endswith("; absent: torch, Keras, TF1.\n")
    code, said = command(capsys, "verify", SOME, "--framework", "keras")
    assert (code, said.count("pip install")) == (2, 1), said
    assert "--framework keras was given and Keras is absent" in said


@pytest.mark.parametrize("framework", EACH)
def test_framework_agrees(copied: Path, capsys: pytest.CaptureFixture[str], framework: str) -> None:
    """In a worker, forward and backward, in its own words; what it cannot express is counted."""
    missing = [name for name in FRAMEWORKS[framework] if find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")
    entries = read_manifest(copied)["goldens"]
    shared, unshared = SHARED[framework], UNSHARED[framework]
    for name in (*shared, unshared):
        others = {*entries[name]["producers"][1:]} - {framework}
        add = [framework] if name == unshared else []  # what is wrong in the manifest is mended
        entries[name]["producers"] = ["numpy-mpmath", *sorted([*others, *add])]
    (copied / "manifest.json").write_bytes(manifest_bytes(entries))
    asked = ["--framework", framework, "--folder", copied, "--record"]
    code, said = command(capsys, "verify", *shared, unshared, *asked)
    assert (code, "agrees on 2 goldens, cannot express 1\n" in said) == (0, True), said
    assert contents(copied) == contents(FOLDER)


def test_nothing_is_recorded_while_something_fails(
    copied: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that died says nothing of who agrees: the manifest stays as it is."""

    def died(framework: str, names: list[str], folder: Path) -> list[Finding]:
        return [Finding(name, framework, "failed", "a class: died: it ended") for name in names]

    monkeypatch.setattr(verify_fixtures, "compare_framework", died)
    asked = ["--framework", "torch", "--folder", copied, "--record"]
    code, said = command(capsys, "verify", SOME, *asked)
    assert (code, f"FAILED {SOME}: torch: a class: died: it ended" in said) == (1, True), said
    assert "Nothing is recorded as long as something does not hold." in said
    assert "disagrees on 1" in said
    assert contents(copied) == contents(FOLDER)


@home("torch")
def test_framework_that_disagrees_is_a_failure(copied: Path) -> None:
    """One gradient off by 1e-9: the class, the array and the place are named."""
    if find_spec("torch") is None:
        pytest.skip("torch not installed")
    name = SHARED["torch"][0]
    golden = read(name)
    wrong = golden.backward | {"d.bias_hh": golden.backward["d.bias_hh"] + 1e-9}
    refrozen(replace(golden, backward=wrong), copied)
    (found,) = compare_framework("torch", [name], copied)
    assert found.status == "failed"
    assert found.detail.startswith("torch_layer[torch.nn:RNN]: d.bias_hh[0, ")

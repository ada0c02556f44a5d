"""Regenerating, verifying, comparing with other producers, and showing goldens."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnncheck.fixtures import agreement
from rnncheck.fixtures.files import FOLDER, names, path_of, read, read_manifest
from rnncheck.fixtures.findings import Finding
from rnncheck.fixtures.records import EXAMPLE, records
from rnncheck.fixtures.regenerate import regenerate
from rnncheck.fixtures.show import show
from rnncheck.fixtures.verify import verify
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.spec import SpecError
from rnncheck.reference.implementation import ReferenceImplementation, bind

SOME = "gru/lengths_four_rows"


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of goldens."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.glob("**/*.json")}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the goldens that a test may spoil."""
    for path in FOLDER.glob("**/*.json"):
        target = tmp_path / path.relative_to(FOLDER)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def failures(folder: Path, name: str = SOME) -> dict[str, str]:
    """Return the details of what failed, by check."""
    return {f.check: f.detail for f in verify(folder, [name]) if f.status == "failed"}


def test_regenerating_gives_the_same_bytes(tmp_path: Path) -> None:
    """Into an empty folder: every file, the manifest too; and again: nothing changes."""
    changed = regenerate(tmp_path)
    assert contents(tmp_path) == contents(FOLDER)
    assert sorted(changed) == sorted(contents(FOLDER))
    assert regenerate(tmp_path) == []


def test_regenerating_mends_a_folder(copied: Path) -> None:
    """A changed file is written anew and one no longer listed is removed; both are told."""
    frozen = contents(copied)
    path_of(SOME, copied).write_text("{}")
    manifest = read_manifest(copied)
    manifest["goldens"]["gru/old"] = manifest["goldens"][SOME]
    (copied / "manifest.json").write_text(json.dumps(manifest))
    path_of("gru/old", copied).write_text("{}")
    assert sorted(regenerate(copied)) == [
        "gru/lengths_four_rows.json",
        "gru/old.json",
        "manifest.json",
    ]
    assert contents(copied) == frozen


def test_verify_passes_on_what_is_frozen() -> None:
    """Manifest, bytes and the float64 reference, for every golden."""
    found = list(verify())
    assert [f for f in found if f.status != "passed"] == []
    assert len(found) == 3 * len(names())


def test_verify_sees_a_changed_number(copied: Path) -> None:
    """One more digit in one number: manifest and bytes fail, and the reference where it matters."""
    path = path_of(SOME, copied)
    golden = read(SOME, copied)
    old = repr(float(golden.forward["outputs"][0, 0, 0]))
    path.write_text(path.read_text().replace(old, repr(float(old) + 1e-9)))
    found = failures(copied)
    assert "sha256" in found["manifest"]
    assert "outputs" in found["bytes"]
    assert "outputs[0, 0, 0]" in found["reference"]


def test_verify_sees_another_layout(copied: Path) -> None:
    """The same numbers in other bytes are not the same file."""
    path = path_of(SOME, copied)
    path.write_text(json.dumps(json.loads(path.read_text())))
    assert failures(copied)["bytes"] == "computed anew it differs in its layout"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.unlink(), "the file is missing"),
        (lambda path: path.write_text("{"), "the file cannot be read"),
        (lambda path: path.write_text('{"format": 99}'), "format 99"),
        (lambda path: path.write_text('{"format": 1}'), "the file cannot be read"),
    ],
)
def test_verify_says_what_is_wrong_with_a_file(copied: Path, spoil: Any, said: str) -> None:
    """A file that is missing or unreadable is a finding, not a crash."""
    spoil(path_of(SOME, copied))
    assert said in failures(copied)["file"]


def test_verify_sees_a_wrong_manifest(copied: Path) -> None:
    """A seed that is not the record's, and an entry that is not there."""
    manifest = read_manifest(copied)
    manifest["goldens"][SOME]["seed"] += 1
    (copied / "manifest.json").write_text(json.dumps(manifest))
    assert failures(copied) == {"manifest": "the manifest has another seed; regenerate"}
    del manifest["goldens"][SOME]
    (copied / "manifest.json").write_text(json.dumps(manifest))
    assert failures(copied) == {"manifest": "the manifest does not name it; regenerate"}


def test_verify_sees_a_golden_that_nobody_lists(copied: Path) -> None:
    """A name in the manifest without a record."""
    assert "no such golden" in failures(copied, "gru/unknown")["file"]


def compared(producer: Any, name: str = SOME) -> Finding:
    """Return the finding of one producer."""
    (found,) = agreement.compare({"other": producer}, names=[name])
    return found


def test_the_reference_agrees_as_a_producer() -> None:
    """Any Bind can be compared."""
    assert compared(bind).status == "passed"


class Wrong(ReferenceImplementation):
    """Gradients of the input that are off by a little."""

    def sequence_vjp(self, *arguments: Any, **named: Any) -> Any:
        """Return the right ones but for 1e-9."""
        results: dict[str, Any] = dict(super().sequence_vjp(*arguments, **named))
        return results | {"d.x": results["d.x"] + 1e-9}


def refuse(*_: object) -> Any:
    """Raise what a producer raises for a spec that it has not."""
    raise SpecError("not this one")


def crash(*_: object) -> Any:
    """Raise what a producer raises when it fails."""
    raise Fault("error", "it broke")


def absent(*_: object) -> Any:
    """Raise what a producer raises without its framework."""
    raise Fault("absent", "torch is not installed")


@pytest.mark.parametrize(
    ("producer", "status", "said"),
    [
        (lambda spec, params, *_: Wrong(spec, params), "failed", "d.x[0, "),
        (refuse, "not claimed", "not this one"),
        (absent, "not claimed", "not installed"),
        (crash, "failed", "error: it broke"),
    ],
)
def test_a_producer_that_does_not_agree(producer: Any, status: str, said: str) -> None:
    """Wrong numbers and crashes fail; what is not offered is not claimed."""
    found = compared(producer)
    assert (found.status, said in found.detail) == (status, True), found


def test_a_claim_that_is_needed_and_not_made() -> None:
    """A producer without lengths of zero is not asked for them."""

    def strict(spec: Any, params: Any, *_: object) -> Any:
        bound = bind(spec, params)
        bound.claims = bound.claims - {"zero_length"}
        return bound

    assert compared(strict).detail == "it lacks zero_length"
    assert compared(strict, "gru/lengths_five_steps").status == "passed"


def test_recording_writes_who_agreed(copied: Path) -> None:
    """Those that agree are added once, those that fail are dropped, the others are kept."""
    failing: Any = crash
    first, *others = read_manifest(copied)["goldens"][EXAMPLE]["producers"]
    agreement.record({"other": bind}, copied)
    agreement.record({"other": bind}, copied)
    after = read_manifest(copied)["goldens"][EXAMPLE]["producers"]
    assert (first, "scalar transcription" in others) == ("numpy-mpmath", True)
    assert after == [first, *sorted([*others, "other"])]
    agreement.record({"other": failing}, copied)
    assert contents(copied) == contents(FOLDER)


def test_show_has_the_example_as_a_table() -> None:
    """A column for each step, rows from the input to the output layer."""
    lines = show(EXAMPLE).splitlines()
    row = {line.split("  ")[0]: line.split()[-3:] for line in lines}
    assert row["input x"] == ["1.00000000", "2.00000000", "3.00000000"]
    assert row["memory h, hidden state before"] == ["0.00000000", "0.81078632", "0.98966769"]
    assert row["a, pre-activation"] == ["1.12931974", "2.63022371", "3.35875317"]
    assert row["o_in, output layer's input"] == ["1.41049444", "1.54190231", "1.54819772"]
    assert row["outputs"] == ["0.88759908", "0.91243947", "0.91348763"]


@pytest.mark.parametrize("name", sorted(records()))
def test_show_can_show_every_golden(name: str) -> None:
    """Each row of the batch has its table, no line ends in blanks."""
    text = show(name)
    assert text.count("\nrow ") == read(name).arguments["x"].shape[1]
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_show_starts_the_memory_of_a_reversed_row_at_the_end() -> None:
    """In reverse the initial state is the memory of the last step."""
    golden = read("gru/reverse_five_steps")
    first = f"{golden.state['h'][0, 0]:.8f}"
    (line,) = [
        line
        for line in show(golden.name).split("row 2")[0].splitlines()
        if line.startswith("memory h")
    ]
    assert line.split()[-1] == first


def test_regenerating_imports_nothing_under_test() -> None:
    """Only the reference, the protocol, the fixtures, NumPy and mpmath."""
    code = (
        "import sys, types\n"
        "sys.modules['rnncheck'] = package = types.ModuleType('rnncheck')\n"
        f"package.__path__ = [{str(FOLDER.parent)!r}]\n"
        "import rnncheck.fixtures.regenerate\n"
        "print(sorted({n.split('.')[1] for n in sys.modules if n.startswith('rnncheck.')}))\n"
        "print(sorted({'torch', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines() == ["['fixtures', 'protocol', 'reference']", "[]"]


def test_the_example_has_numpy_legacy_stream() -> None:
    """The published example's weights are those of NumPy's seeds 2 and 3, frozen in the file."""
    params = read(EXAMPLE).params
    assert params["weight_hh"][0, 0].tolist() == [0.43599490214200376, 0.5496624778787091]
    assert params["bias_o"].tolist() == [0.2909047389129443]
    assert np.shape(params["weight_ho"]) == (1, 2)

"""The store: whole verdicts, once each; one writer, many readers; no format but its own."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from rnncheck.grading.cli import main
from rnncheck.grading.errors import Trouble, UsageError
from rnncheck.grading.results import not_graded
from rnncheck.grading.store import MOST_SOURCE, NAME, Entry, Store


def entry(name: str, key: str, assignment: str = "elman") -> Entry:
    """Return a submission that was handed in."""
    source = name.encode()
    return Entry(source, name, "", assignment, "numpy", source, f"sha of {name}", key)


def verdict(mark: float) -> dict[str, Any]:
    """Return a verdict with a mark."""
    return {**not_graded("elman", "numpy", ""), "mark": mark, "status": "judged"}


def marks(store: Store) -> dict[str, float | None]:
    """Return the marks by file."""
    return {result["file"]: result["mark"] for result in store.results()}


def test_verdict_is_kept_for_all_who_share_it(tmp_path: Path) -> None:
    """Two files with one key have one verdict; one without has no mark, and a reason."""
    with Store.write(tmp_path) as store:
        store.register([entry("b.py", "1"), entry("a.py", "1"), entry("c.py", "2")])
        store.add("1", verdict(50))
        store.add_trouble("2", "out of memory")
        assert store.known() == {"1"}
    with Store.read(tmp_path) as store:
        assert list(marks(store).items()) == [("b.py", 50), ("a.py", 50), ("c.py", None)]
        (without,) = store.results([b"c.py"])
        assert (without["status"], without["problem"]) == ("not graded", "out of memory")
        assert store.source("sha of a.py") == b"a.py"
        assert store.source("sha of another") is None


def test_file_handed_in_again_has_its_new_mark_alone(tmp_path: Path) -> None:
    """The key says which verdict is meant; another assignment's mark stays."""
    with Store.write(tmp_path) as store:
        store.register([entry("a.py", "0", ""), entry("b.py", "b", "gru")])
        store.register([entry("a.py", "1"), entry("b.py", "c")])
        store.add("1", verdict(10))
        store.register([entry("a.py", "2")])
        store.add("2", verdict(20))
        store.add("2", verdict(30))
        found = [(r["file"], r["assignment"], r["mark"]) for r in store.results()]
    assert found == [("b.py", "gru", None), ("b.py", "elman", None), ("a.py", "elman", 30)]


def test_large_file_is_not_kept_but_its_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A replay of it asks for the file."""
    (tmp_path / "elman").mkdir()
    file = tmp_path / "elman" / "a.py"
    file.write_text("#" * (MOST_SOURCE + 1) + "\ndef forward(:\n")
    out = str(tmp_path / "m")
    assert main(["grade", str(file), "--out", out]) == 0
    assert main(["replay", out]) == 2
    assert "is too large to be kept in the store" in capsys.readouterr().err
    assert main(["replay", out, str(file)]) == 0
    assert "a.py: the same verdict, mark 0" in capsys.readouterr().out


def test_one_writes_and_others_read(tmp_path: Path) -> None:
    """A reader sees what is there, while it is written; a second writer is refused."""
    with Store.write(tmp_path) as writer:
        writer.register([entry("a.py", "1"), entry("b.py", "2")])
        with Store.read(tmp_path) as reader, Store.read(tmp_path / NAME) as other:
            assert marks(reader) == {"a.py": None, "b.py": None}
            writer.add("1", verdict(70))
            assert marks(reader) == marks(other) == {"a.py": 70, "b.py": None}
            with pytest.raises(Trouble, match="readonly database"):
                reader.add("2", verdict(1))
        with pytest.raises(UsageError, match="another rnncheck grade is writing to"):
            Store.write(tmp_path)
    Store.write(tmp_path).close()


def test_closed_store_is_one_file(tmp_path: Path) -> None:
    """It can be copied, and read where nothing can be written."""
    with Store.write(tmp_path / "marks") as store:
        store.register([entry("a.py", "1")])
        store.add("1", verdict(70))
    assert {path.name for path in (tmp_path / "marks").iterdir()} == {NAME, f".{NAME}.lock"}
    shutil.copy(tmp_path / "marks" / NAME, tmp_path / "copy")
    (tmp_path / "copy").chmod(0o444)
    with Store.read(tmp_path / "copy") as store:
        assert marks(store) == {"a.py": 70}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("PRAGMA user_version = 7", "has the format 7; this version of rnncheck reads 1"),
        ("PRAGMA application_id = 7", "is a database of something else"),
    ],
)
def test_unknown_format_is_refused(
    statement: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is changed, and a sentence says what to do."""
    Store.write(tmp_path / "m").close()
    with sqlite3.connect(tmp_path / "m" / NAME) as connection:
        connection.execute(statement)
    connection.close()
    before = (tmp_path / "m" / NAME).read_bytes()
    (tmp_path / "elman").mkdir()
    (tmp_path / "elman" / "a.py").write_text("")
    assert main(["grade", str(tmp_path / "elman"), "--out", str(tmp_path / "m")]) == 2
    assert main(["results", str(tmp_path / "m")]) == 2
    assert capsys.readouterr().err.count(said) == 2
    assert (tmp_path / "m" / NAME).read_bytes() == before


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """For a writer and for a reader."""
    (tmp_path / NAME).write_bytes(b"not a database" * 100)
    for opens in (Store.write, Store.read):
        with pytest.raises(UsageError, match="cannot be used: file is not a database"):
            opens(tmp_path)


def test_full_disk_stops_the_batch_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is kept is whole; the exit code is 3, and the next run grades the rest."""
    folder, out = tmp_path / "elman", tmp_path / "m"
    folder.mkdir()
    for name in range(6):
        (folder / f"{name}.py").write_text(f"# {name}\ndef forward(:\n")
    monkeypatch.setattr("rnncheck.grading.command_grade.PAUSE", 0.01)
    real = Store.register

    def register(self: Store, entries: list[Entry]) -> None:
        real(self, entries)
        pages = self._connection.execute("PRAGMA page_count").fetchone()[0]
        self._connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "register", register)
        assert main(["grade", str(folder), "--out", str(out), "--jobs=1"]) == 3
    assert "cannot be used: database or disk is full; try again" in capsys.readouterr().err
    with Store.read(out) as store:
        kept = len(store.known())
    assert 0 < kept < 6
    assert main(["grade", str(folder), "--out", str(out), "--jobs=1"]) == 0
    assert f"({kept} in an earlier run): 0 with full marks, 6 with less" in capsys.readouterr().out


def test_equal_files_are_judged_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One name and text have one verdict; --force judges it again."""
    for student in ("ada", "bob"):
        (tmp_path / "elman" / student).mkdir(parents=True)
        (tmp_path / "elman" / student / "mine.py").write_text("def forward(:\n")
    command = ["grade", str(tmp_path / "elman"), "--out", str(tmp_path / "m"), "--jobs=1"]
    seconds = []
    for options in ([], [], ["--force"]):
        assert main([*command, *options]) == 0
        with Store.read(tmp_path / "m") as store:
            first, second = store.results()
        assert {**first, "file": ""} == {**second, "file": "", "student": "ada"}
        query = "SELECT verdict FROM verdicts"
        (kept,) = sqlite3.connect(tmp_path / "m" / NAME).execute(query).fetchall()
        seconds.append(json.loads(kept[0])["seconds"])
    assert "(2 in an earlier run)" in capsys.readouterr().out
    assert seconds[0] == seconds[1]

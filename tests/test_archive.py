"""What an LMS hands out is read member by member; nothing in it leaves it, expands or is obeyed."""

import io
import json
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rnncheck.grading.archive import MOST_MEMBERS, MOST_NESTED
from rnncheck.grading.assignment import load
from rnncheck.grading.collect import Item, collect
from rnncheck.grading.errors import UsageError
from rnncheck.grading.student import student_of

CODE = b"def forward(params, x, state): ...\n"


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def collected(path: Path, data: bytes) -> dict[str, Item]:
    """Return what is handed in with a zip, by its name in there."""
    path.write_bytes(data)
    items = collect([path], load("elman")).items
    return {str(item.path.relative_to(path)): item for item in items}


def test_members_are_submissions(tmp_path: Path) -> None:
    """Code is read as it stands there; what else is there is left out or passed over."""
    data = {
        "b/rnn.py": CODE,
        "a/rnn.py": b"# mine\n" + CODE,
        "a/essay.pdf": b"...",
        "__MACOSX/a/._rnn.py": b"x",
        "a/.hidden.py": b"x",
        "c/": b"",
        "marks.csv": b"",
    }
    (tmp_path / "class.zip").write_bytes(zipped(data))
    found = collect([tmp_path / "class.zip"], load("elman"))
    assert [(str(item.path.relative_to(tmp_path)), item.student) for item in found.items] == [
        ("class.zip/a/rnn.py", "a"),
        ("class.zip/b/rnn.py", "b"),
    ]
    assert found.items[0].submission.source == b"# mine\n" + CODE
    assert [path.name for path in found.left_out] == ["essay.pdf"]


def test_notebooks_are_read(tmp_path: Path) -> None:
    """Their cells are the code; the bytes are those of the zip."""
    cell = {"cell_type": "code", "source": CODE.decode(), "metadata": {}, "outputs": []}
    data = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (item,) = collected(tmp_path / "class.zip", zipped({"ada/rnn.ipynb": data.encode()})).values()
    assert item.submission.fault is None
    assert item.submission.source == data.encode()
    assert item.submission.names == {"forward"}


def test_student_s_zip_is_opened_once(tmp_path: Path) -> None:
    """In a class's zip and in a folder; a zip in it is left out."""
    inner = zipped({"work/rnn.py": CODE, "again.zip": zipped({"x.py": CODE})})
    items = collected(tmp_path / "class.zip", zipped({"submission_7/mine.zip": inner}))
    assert list(items) == ["submission_7/mine.zip/work/rnn.py"]
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.zip").write_bytes(inner)
    (item,) = collect([tmp_path / "class"], load("elman")).items
    assert (item.student, item.submission.source) == ("ada", CODE)


@pytest.mark.parametrize(
    "name", ["../out.py", "/etc/out.py", "a/../../out.py", "..\\out.py", "C:/out.py", "\\out.py"]
)
def test_name_that_leaves_the_zip_is_a_fault(name: str, tmp_path: Path) -> None:
    """Nothing is written, and no file outside is read in its place."""
    (tmp_path / "out.py").write_bytes(CODE)
    (item,) = collected(tmp_path / "class.zip", zipped({name: CODE})).values()
    assert item.submission.source == b""
    assert "its name in the zip leaves the zip" in (item.submission.fault or "")
    assert ".." not in item.path.relative_to(tmp_path).parts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.zip", "out.py"]


def link(archive: zipfile.ZipFile) -> None:
    """Add a symbolic link."""
    info = zipfile.ZipInfo("x.py")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


def device(archive: zipfile.ZipFile) -> None:
    """Add a device."""
    info = zipfile.ZipInfo("x.py")
    info.external_attr = (stat.S_IFCHR | 0o666) << 16
    archive.writestr(info, "")


def bomb(archive: zipfile.ZipFile) -> None:
    """Add a megabyte of nothing."""
    archive.writestr("x.py", b"#" * 2**20)


def huge(archive: zipfile.ZipFile) -> None:
    """Add more than a submission may have."""
    archive.writestr("x.py", bytes(range(256)) * 2**15, zipfile.ZIP_STORED)


def lzma(archive: zipfile.ZipFile) -> None:
    """Add what asks for a dictionary of any size."""
    archive.writestr("x.py", CODE, zipfile.ZIP_LZMA)


def twice(archive: zipfile.ZipFile) -> None:
    """Add two files of one name."""
    archive.writestr("x.py", CODE)
    archive.writestr("x.py", b"# other\n" + CODE)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("add", "said"),
    [
        (link, "it is a link or a device; hand in the code alone"),
        (device, "it is a link or a device; hand in the code alone"),
        (bomb, "it expands more than 100-fold; hand in the code alone"),
        (huge, "it is larger than 4 MiB; hand in the code alone"),
        (lzma, "it is compressed in an uncommon way; hand in the code alone"),
        (twice, "its name is twice in the zip"),
    ],
)
def test_member_that_is_no_code_is_its_own_fault(
    add: Callable[[zipfile.ZipFile], None], said: str, tmp_path: Path
) -> None:
    """The others are read."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("honest.py", CODE)
        add(archive)
    items = collected(tmp_path / "class.zip", stream.getvalue())
    assert items["x.py"].submission.fault == f"x.py: {said}"
    assert items["honest.py"].submission.fault is None


def test_size_in_the_header_is_not_believed(tmp_path: Path) -> None:
    """A member that says it has one byte is not read beyond the limit."""
    data = bytearray(zipped({"x.py": b"#" * 2**20}))
    for place in (22, data.rindex(b"PK\x01\x02") + 24):
        data[place : place + 4] = (1).to_bytes(4, "little")
    items = collected(tmp_path / "class.zip", bytes(data))
    assert items["x.py"].submission.fault
    assert items["x.py"].submission.source == b""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK no zip", "mine.zip: it cannot be read as a zip: File is not a zip file"),
        (zipped({"a.txt": b""}), "mine.zip: there is no .py file in it"),
        (
            zipped({f"{n}.py": b"" for n in range(MOST_NESTED + 1)}),
            "mine.zip: it cannot be read as a zip: it holds 201 files; at most 200 are read",
        ),
        (b"x" * (2**25 + 1), "mine.zip: it is larger than 32 MiB; hand in the code alone"),
        (b"PK\x01\x02" * 2001, "mine.zip: it holds too many files; hand in the code alone"),
    ],
)
def test_broken_zip_of_a_student_is_a_fault(data: bytes, said: str, tmp_path: Path) -> None:
    """It costs that student's mark only."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "mine.zip").write_bytes(data)
    (tmp_path / "class" / "ada.py").write_bytes(CODE)
    items = {item.path.name: item for item in collect([tmp_path / "class"], load("elman")).items}
    assert items["mine.zip"].submission.fault == said
    assert items["ada.py"].submission.fault is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK no zip", "cannot be read as a zip: File is not a zip file"),
        (zipped({f"{n}.txt": b"" for n in range(MOST_MEMBERS + 1)}), "it holds 20001 files"),
        (zipped({"a.txt": b""}), "there is no submission in"),
    ],
)
def test_broken_zip_that_is_given_is_said_at_once(data: bytes, said: str, tmp_path: Path) -> None:
    """Nothing is graded."""
    (tmp_path / "class.zip").write_bytes(data)
    with pytest.raises(UsageError, match=said):
        collect([tmp_path / "class.zip"], load("elman"))


def test_zip_s_name_tells_the_assignment(tmp_path: Path) -> None:
    """As a folder's does; a student's own zip tells nothing."""
    (tmp_path / "gru.zip").write_bytes(zipped({"ada.zip": zipped({"elman.zip/x.py": CODE})}))
    (item,) = collect([tmp_path / "gru.zip"]).items
    assert item.assignment is not None
    assert item.assignment.name == "gru"


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Lovelace_1234567_assignsubmission_file_/rnn.py", "1234567"),
        ("Ada Lovelace_1234567_assignsubmission_file_rnn.py", "1234567"),
        ("Ada Lovelace_1234567_assignsubmission_file/submission_9/rnn.py", "1234567"),
        ("lovelaceada_12345_67890_rnn.py", "12345"),
        ("lovelaceada_LATE_12345_67890_rnn-1.py", "12345"),
        ("assignment_55_export/submission_987/rnn.py", "987"),
        ("Homework 1_ada99_attempt_2026-01-31-23-59-59_rnn.py", "ada99"),
        ("ada/rnn.py", "ada"),
        ("elman/ada/rnn.py", "ada"),
        ("elman/rnn.py", ""),
        ("ada.zip/work/rnn.py", "ada"),
        ("my_lstm_2_final.py", ""),
        ("rnn.py", ""),
    ],
)
def test_names_of_an_lms_tell_the_student(path: str, student: str) -> None:
    """The outermost name that an LMS gave decides."""
    assert student_of(path.split("/"), ["elman"]) == student


def test_student_s_folders_do_not_choose(tmp_path: Path) -> None:
    """A zip that was handed in for an assignment is not judged as an easier one."""
    inner = zipped({"elman-cell/rnn.py": CODE})
    path = tmp_path / "handed-in.zip"
    path.write_bytes(zipped({"gru/eve.zip": inner, "eve.zip": inner}))
    found = {item.path.relative_to(path).parts[0]: item for item in collect([path]).items}
    named = {name: item.assignment.name for name, item in found.items() if item.assignment}
    assert named == {"gru": "gru", "eve.zip": "elman-cell"}


def test_zip_with_a_nameless_member_is_its_own_fault(tmp_path: Path) -> None:
    """The library stumbles over it; the others in the class's zip are read."""
    whole = zipped({"x": CODE})
    at = whole.rindex(b"PK\x01\x02")
    nameless = whole[: at + 28] + b"\0\0\1\0" + whole[at + 32 :]  # its name is an extra field
    data = zipped({"eve.zip": nameless, "bob.py": CODE})
    found = collected(tmp_path / "class.zip", data)
    assert found["bob.py"].submission.fault is None
    assert found["eve.zip"].submission.fault


@pytest.mark.parametrize("name", ["hex", "undefined", "base64", "idna", "punycode", "no such"])
def test_odd_encoding_is_its_own_fault(name: str, tmp_path: Path) -> None:
    """One that is none of texts, too: it stops no class."""
    odd = f"# coding: {name}\n".encode() + CODE + b"# \xff\n"
    found = collected(tmp_path / "class.zip", zipped({"eve.py": odd, "bob.py": CODE}))
    assert found["bob.py"].submission.fault is None
    assert found["eve.py"].submission.source == odd

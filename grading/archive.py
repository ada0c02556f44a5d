"""Reads members of a zip into memory, each within limits; nothing is ever written to disk."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnncheck.grading.errors import UsageError
from rnncheck.grading.submission import MAX_NOTEBOOK, SUFFIXES, most_bytes

MOST_MEMBERS = 20_000
MOST_NESTED = 200
MOST_TOTAL = 2**30
MOST_RATIO = 100  # Python text shrinks to a tenth or so
SMALL = 2**16  # bytes below which a ratio says nothing
SKIPPED = ("__pycache__", "__MACOSX", "__init__.py")
_ENTRY = b"PK\x01\x02"  # with which each entry in a zip's list of members begins
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others can ask for gigabytes to decompress
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError),
    *(ValueError, LookupError, OverflowError),
)
_LINE = "hand in the code alone"


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes:
        name: its parts joined by "/", without any that leave the archive.
        data: what is in it; b"" where its suffix is not in SUFFIXES, or where it has a fault.
        fault: a sentence, if it is not to be read.
    """

    name: str
    data: bytes = b""
    fault: str = ""


def members(path: Path) -> list[Member]:
    """Return the files of a zip, and of zips in it, sorted by name.

    What is wrong with a member, or with a zip in the zip, is that member's fault alone.

    Raises:
        UsageError: the zip itself cannot be read, or holds more than any class hands in.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = list(_members(archive, MOST_MEMBERS))
    except (*_BROKEN, OSError, UsageError) as error:
        raise UsageError(f"{path} cannot be read as a zip: {error}") from error
    return _named_once(found)


def handed_in(name: str, data: bytes) -> list[Member]:
    """Return the files of a zip that a student handed in; a broken one is one with a fault."""
    if len(data) > MAX_NOTEBOOK:
        return [Member(name, fault=f"it is larger than {MAX_NOTEBOOK // 2**20} MiB; {_LINE}")]
    if data.count(_ENTRY) > 10 * MOST_NESTED:  # zipfile reads the whole list before it can be asked
        return [Member(name, fault=f"it holds too many files; {_LINE}")]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = list(_members(archive, MOST_NESTED, f"{name}/"))
    except (*_BROKEN, UsageError) as error:
        return [Member(name, fault=f"it cannot be read as a zip: {error}")]
    if any(Path(member.name).suffix.lower() in SUFFIXES for member in found):
        return _named_once(found)
    return [Member(name, fault="there is no .py file in it")]


def _members(archive: zipfile.ZipFile, most: int, outer: str = "") -> Iterator[Member]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > most:
        raise UsageError(f"it holds {len(infos)} files; at most {most} are read")
    left = MOST_TOTAL if not outer else MAX_NOTEBOOK
    for info in sorted(infos, key=lambda info: info.filename):
        name, leaves = _name(info.filename)
        if any(part in SKIPPED or part.startswith(".") for part in name.split("/")):
            continue
        suffix = Path(name).suffix.lower()
        if leaves:
            yield Member(outer + name, fault=f"its name in the zip leaves the zip; {_LINE}")
        elif suffix not in SUFFIXES and (suffix != ".zip" or outer):
            yield Member(outer + name)
        else:
            member = _read(archive, info, outer + name)
            left -= len(member.data)
            if left < 0:
                raise UsageError("it holds more code than is read; give it in parts")
            yield from handed_in(member.name, member.data) if _is_zip(member) else [member]


def _is_zip(member: Member) -> bool:
    return not member.fault and member.name.lower().endswith(".zip")


def _name(raw: str) -> tuple[str, bool]:
    """Return a member's name without parts that leave the archive, and whether it had any."""
    parts = raw.replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".", "..")]
    leaves = ".." in parts or parts[0] == "" or ":" in parts[0]
    return "/".join(kept) or "unnamed", leaves


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    most = most_bytes(Path(name))
    fault = _refused(info, most)
    if fault:
        return Member(name, fault=f"{fault}; {_LINE}")
    try:
        with archive.open(info) as file:
            data = file.read(most + 1)  # whatever size the header names
    except (*_BROKEN, OSError) as error:
        return Member(name, fault=f"it cannot be read from the zip: {error}")
    if len(data) > max(SMALL, MOST_RATIO * info.compress_size):
        return Member(name, fault=f"it expands more than {MOST_RATIO}-fold; {_LINE}")
    return Member(name, data)


def _refused(info: zipfile.ZipInfo, most: int) -> str:
    """Return why a member is not to be opened, or ""."""
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "it is a link or a device"
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.compress_type not in _METHODS:
        return "it is compressed in an uncommon way"
    if info.file_size > most:
        return f"it is larger than {most // 2**20} MiB"
    return ""


def _named_once(found: list[Member]) -> list[Member]:
    """Return each name once; one that stands there twice has a fault, whichever is meant."""
    uses = Counter(member.name for member in found)
    once = {member.name: member for member in found}
    return [
        member if uses[name] == 1 else Member(name, fault="its name is twice in the zip")
        for name, member in sorted(once.items())
    ]

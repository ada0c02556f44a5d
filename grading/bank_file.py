"""Banks as files: a head in JSON and all numbers in one array, compressed; nothing is pickled."""

from __future__ import annotations

import functools
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from rnncheck.grading.assignment import HOME
from rnncheck.grading.bank import Bank, Pair, restored, stored
from rnncheck.grading.bank_parts import Banks, joined
from rnncheck.grading.digest import package_versions
from rnncheck.grading.errors import UsageError
from rnncheck.grading.sketches import Sketches
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import case_spec_from_json
from rnncheck.suites.check import checks

FORMAT = 2
_KINDS = {"f": np.float64, "i": np.int64, "b": np.bool_}
_DATE = (1980, 1, 1, 0, 0, 0)


def write(bank: Bank | Banks, path: Path) -> None:
    """Write a bank, or those of parts; the same bank makes the same bytes."""
    if isinstance(bank, Bank):
        path.write_bytes(_packed(bank))
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        for name, part in sorted(bank.parts.items()):
            file.writestr(zipfile.ZipInfo(f"{name}.zip", _DATE), _packed(part))


def _packed(bank: Bank) -> bytes:
    numbers: list[Array] = []
    held = [_indexed(stored(bank, record), numbers) for record in bank.cases]
    head = bank.head() | {
        "format": FORMAT,
        "digest": bank.digest,
        "versions": dict(bank.versions),
        "arrays": held,
    }
    sketches = bank.sketches
    off = [off for _, off in sorted(sketches.off.items())]
    head["sketches"] = {"rows": sketches.rows, "right": dict(sketches.right)}
    entries = {
        "head.json": _json(head).encode(),
        "numbers": _planes(np.concatenate([np.zeros(0), *numbers]), "<f8"),
        "sketches": _planes(np.concatenate([np.zeros(0), *off]), "<f4"),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, data in entries.items():
            file.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def _planes(flat: Array, kind: str) -> bytes:
    """Return the bytes of numbers, those of equal weight side by side: so they get smaller."""
    held = flat.astype(kind)
    return np.ascontiguousarray(held.view(np.uint8).reshape(-1, held.itemsize).T).tobytes()


def _flat(data: bytes, kind: str) -> Array:
    size = np.dtype(kind).itemsize
    planes = np.frombuffer(data, np.uint8).reshape(size, -1)
    return np.ascontiguousarray(planes.T).view(kind).ravel()


def _json(head: dict[str, Any]) -> str:
    return json.dumps(head, sort_keys=True, separators=(",", ":"))


def _indexed(arrays: dict[str, Arrays], numbers: list[Array]) -> dict[str, Any]:
    """Return shapes and kinds by name, and append the numbers in that order."""
    found: dict[str, Any] = {}
    for group, named in sorted(arrays.items()):
        listed = sorted(named.items())
        found[group] = {name: [array.dtype.kind, *array.shape] for name, array in listed}
        numbers += [np.asarray(array, np.float64).ravel() for _, array in listed]
    return found


def read(path: Path) -> Bank | Banks:
    """Read a bank, or those of the parts of a homework.

    Raises:
        UsageError: it cannot be read, was changed, or is of another version.
    """
    try:
        data = _entries(path.read_bytes())
        if "head.json" in data:
            return _bank(json.loads(data["head.json"]), data, path)
        parts = [_entries(data[name]) for name in sorted(data)]
        return joined([_bank(json.loads(part["head.json"]), part, path) for part in parts])
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError) as error:
        raise UsageError(f"{path} is no bank that this version reads: {error}") from error


def _entries(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name) for name in file.namelist()}


def _bank(head: dict[str, Any], data: dict[str, bytes], path: Path) -> Bank:
    if head["format"] != FORMAT:
        raise UsageError(f"{path} has the format {head['format']}; this version reads {FORMAT}")
    flat = _flat(data["numbers"], "<f8")
    records = [case_spec_from_json(record) for record in head["records"]]
    arrays, at = [], 0
    for held in head["arrays"]:
        taken, at = _taken(held, flat, at)
        arrays.append(taken)
    cases, truths, sigmas = restored(records, arrays)
    pairs = tuple(Pair(c, number, records[r], calls) for c, number, r, calls in head["pairs"])
    unknown = {pair.check for pair in pairs} - checks().keys()
    if unknown:
        raise UsageError(f"{path} asks checks that are not there: {', '.join(sorted(unknown))}")
    named = head["assignment"], head["framework"], head["practice"]
    sketches = _sketches(head, data["sketches"])
    bank = Bank(*named, pairs, cases, truths, sigmas, sketches, head["versions"])
    if bank.digest != head["digest"]:
        raise UsageError(f"{path} was changed: its digest does not fit what it holds")
    return bank


def _sketches(head: dict[str, Any], data: bytes) -> Sketches:
    """Return the sketches; none of another version, whose mistakes may give other numbers."""
    if head["versions"].get("rnncheck") != package_versions()["rnncheck"]:
        return Sketches()
    rows, right = head["sketches"]["rows"], head["sketches"]["right"]
    off = _flat(data, "<f4").reshape(len(right), len(rows))
    return Sketches(tuple(rows), right, dict(zip(sorted(right), off, strict=True)))


def _taken(held: dict[str, Any], flat: Array, at: int) -> tuple[dict[str, Arrays], int]:
    found: dict[str, Arrays] = {}
    for group, named in sorted(held.items()):
        found[group] = {}
        for name, (kind, *shape) in sorted(named.items()):
            size = int(np.prod(shape))
            found[group][name] = flat[at : at + size].reshape(shape).astype(_KINDS[kind])
            at += size
    return found, at


def practice_path(assignment: str, framework: str) -> Path:
    """Return where the practice bank of a contract is."""
    return HOME / assignment / f"bank_{framework}.zip"


@functools.cache
def stored_for(assignment: str, framework: str) -> Bank | Banks | None:
    """Return the practice bank of a contract that comes with rnncheck, None where there is none."""
    path = practice_path(assignment, framework)
    return read(path) if path.is_file() else None


def practice(assignment: str, framework: str) -> Bank | None:
    """Return a practice bank of one network: a contract, or "numpy/<part>" of a homework."""
    whole, _, part = framework.partition("/")
    found = stored_for(assignment, whole)
    if isinstance(found, Banks):
        return found.parts.get(part)
    return found

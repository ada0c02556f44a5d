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
from rnncheck.grading.errors import UsageError
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import case_spec_from_json
from rnncheck.suites.check import checks

FORMAT = 1
_KINDS = {"f": np.float64, "i": np.int64, "b": np.bool_}
_DATE = (1980, 1, 1, 0, 0, 0)


def write(bank: Bank, path: Path) -> None:
    """Write a bank; the same bank makes the same bytes."""
    numbers: list[Array] = []
    held = [_indexed(stored(bank, record), numbers) for record in bank.cases]
    head = bank.head() | {
        "format": FORMAT,
        "digest": bank.digest,
        "versions": dict(bank.versions),
        "arrays": held,
    }
    flat = np.concatenate([np.zeros(0), *numbers]).astype("<f8")
    planes = flat.view(np.uint8).reshape(-1, 8).T  # bytes of equal weight side by side: smaller
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        file.writestr(zipfile.ZipInfo("head.json", _DATE), _json(head), zipfile.ZIP_DEFLATED, 9)
        entry = zipfile.ZipInfo("numbers", _DATE)
        file.writestr(entry, np.ascontiguousarray(planes).tobytes(), zipfile.ZIP_DEFLATED, 9)


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


def read(path: Path) -> Bank:
    """Read a bank.

    Raises:
        UsageError: it cannot be read, was changed, or is of another version.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
            head = json.loads(file.read("head.json"))
            planes = np.frombuffer(file.read("numbers"), np.uint8)
        return _bank(head, planes, path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise UsageError(f"{path} is no bank that this version reads: {error}") from error


def _bank(head: dict[str, Any], planes: Array, path: Path) -> Bank:
    if head["format"] != FORMAT:
        raise UsageError(f"{path} has the format {head['format']}; this version reads {FORMAT}")
    flat = np.ascontiguousarray(planes.reshape(8, -1).T).view("<f8").ravel()
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
    bank = Bank(*named, pairs, cases, truths, sigmas, head["versions"])
    if bank.digest != head["digest"]:
        raise UsageError(f"{path} was changed: its digest does not fit what it holds")
    return bank


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
def practice(assignment: str, framework: str) -> Bank | None:
    """Return the practice bank of a contract that comes with rnncheck, None where there is none."""
    path = practice_path(assignment, framework)
    return read(path) if path.is_file() else None

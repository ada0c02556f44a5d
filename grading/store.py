"""Results in a SQLite file: each verdict is there whole or not at all, and there once."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rnncheck.grading.errors import Trouble, UsageError
from rnncheck.grading.export import make_folder
from rnncheck.grading.lock import Lock
from rnncheck.grading.results import Result, Verdict, not_graded

NAME = "results.sqlite"
FORMAT = 1
APPLICATION = 0x726E6E63  # "rnnc"
MOST_SOURCE = 2**20  # bytes of a submission that are kept; a notebook's pictures are not
_BUSY = 30.0
_TABLES = """
CREATE TABLE verdicts (
    key TEXT PRIMARY KEY, mark REAL, status TEXT NOT NULL, verdict TEXT NOT NULL
);
CREATE TABLE troubles (key TEXT PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE sources (sha256 TEXT PRIMARY KEY, source BLOB NOT NULL);
CREATE TABLE submissions (
    path BLOB NOT NULL, assignment TEXT NOT NULL, file TEXT NOT NULL, student TEXT NOT NULL,
    framework TEXT NOT NULL, sha256 TEXT NOT NULL, key TEXT NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (path, assignment)
);
"""
_RESULTS = """
SELECT path, file, student, sha256, submissions.assignment, framework, key, verdict, reason
FROM submissions LEFT JOIN verdicts USING (key) LEFT JOIN troubles USING (key) ORDER BY place
"""


@dataclass(frozen=True)
class Entry:
    """A submission as the store knows it.

    Attributes:
        path: where it came from, as bytes.
        file: the same, to be shown.
        student: an id, or "".
        assignment, framework: what it is judged as; "" where that is not known.
        source: its bytes.
        sha256: of them.
        key: of its verdict.
    """

    path: bytes
    file: str
    student: str
    assignment: str
    framework: str
    source: bytes
    sha256: str
    key: str


class Store:
    """A file of results; a context manager. One process writes, others may read meanwhile."""

    def __init__(self, file: Path, connection: sqlite3.Connection, lock: Lock | None) -> None:
        """Hold an open file; use `write` or `read`."""
        self.file = file
        self._connection = connection
        self._lock = lock

    @classmethod
    def write(cls, folder: Path) -> Self:
        """Open the store of a folder to add to it, made where there is none.

        Raises:
            UsageError: it cannot be made, another process writes, or its format is unknown.
        """
        file = folder / NAME
        make_folder(folder)
        lock = Lock(folder / f".{NAME}.lock", f"another rnncheck grade is writing to {folder}")
        try:
            with _sentences(file, UsageError):
                connection = sqlite3.connect(file, timeout=_BUSY, isolation_level=None)
                if _is_new(connection):
                    connection.executescript(
                        f"BEGIN; {_TABLES} PRAGMA application_id = {APPLICATION}; "
                        f"PRAGMA user_version = {FORMAT}; COMMIT"
                    )
                _require_known(file, connection)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            lock.release()
            raise
        return cls(file, connection, lock)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open a store, or the one of a folder, to read from it.

        Raises:
            UsageError: there is none, or its format is unknown.
        """
        file = path / NAME if path.is_dir() else path
        if not file.is_file():
            raise UsageError(f"there is no store of results {file}; `rnncheck grade` makes one")
        with _sentences(file, UsageError):
            connection = _read_only(file)
            _require_known(file, connection)
        return cls(file, connection, None)

    def register(self, entries: Sequence[Entry]) -> None:
        """Take in what was handed in, in this order, after what is there already."""
        run = "SELECT coalesce(max(place) + 1, 0) FROM submissions"
        with _sentences(self.file), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            (start,) = connection.execute(run).fetchone()
            for place, e in enumerate(entries, start):
                if len(e.source) <= MOST_SOURCE:
                    row = (e.sha256, e.source)
                    connection.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", row)
                connection.execute(
                    "DELETE FROM submissions WHERE path = ? AND assignment IN ('', ?)",
                    (e.path, e.assignment),
                )
                whole = (
                    e.path,
                    e.assignment,
                    e.file,
                    e.student,
                    e.framework,
                    e.sha256,
                    e.key,
                    place,
                )
                connection.execute("INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", whole)

    def known(self) -> set[str]:
        """Return the keys of all verdicts."""
        with _sentences(self.file):
            return {key for (key,) in self._connection.execute("SELECT key FROM verdicts")}

    def add(self, key: str, verdict: Verdict) -> None:
        """Keep a verdict, in place of one that is there under this key.

        Raises:
            Trouble: it cannot be kept; nothing of it is there then.
        """
        text = json.dumps(verdict, allow_nan=False, separators=(",", ":"))
        with _sentences(self.file), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("DELETE FROM troubles WHERE key = ?", (key,))
            row = (key, verdict["mark"], verdict["status"], text)
            connection.execute("INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?, ?)", row)

    def add_trouble(self, key: str, reason: str) -> None:
        """Keep why there is no verdict."""
        with _sentences(self.file):
            self._connection.execute("INSERT OR REPLACE INTO troubles VALUES (?, ?)", (key, reason))

    def results(self, paths: Iterable[bytes] | None = None) -> Iterator[Result]:
        """Yield what became of each submission, in the order in which they were taken in.

        Args:
            paths: of these alone; None for all.
        """
        wanted = None if paths is None else set(paths)
        with _sentences(self.file):
            for path, *row in self._connection.execute(_RESULTS):
                if wanted is None or path in wanted:
                    yield _result(*row)

    def source(self, sha256: str) -> bytes | None:
        """Return the bytes of a submission; None where they are more than MOST_SOURCE."""
        with _sentences(self.file):
            query = "SELECT source FROM sources WHERE sha256 = ?"
            row = self._connection.execute(query, (sha256,)).fetchone()
        return bytes(row[0]) if row else None

    def close(self) -> None:
        """Close the file; where nobody reads, it is then one file that can be copied."""
        if self._lock is not None:
            with suppress(sqlite3.Error):
                self._connection.execute("PRAGMA busy_timeout = 100")
                self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the store."""
        self.close()


def path_bytes(path: Path) -> bytes:
    """Return a path as the store keeps it, whatever characters its name has."""
    return os.fsencode(path)


def _result(
    file: str,
    student: str,
    sha256: str,
    assignment: str,
    framework: str,
    key: str,
    verdict: str | None,
    reason: str | None,
) -> Result:
    told: Verdict
    if verdict is not None:
        told = json.loads(verdict)
    else:
        told = not_graded(assignment, framework, reason or "not graded yet")
    return {"file": file, "student": student, "sha256": sha256, "key": key, **told}


def _is_new(connection: sqlite3.Connection) -> bool:
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return not tables


def _require_known(file: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise UsageError(f"{file} is a database of something else; give another folder")
    if found != FORMAT:
        raise UsageError(
            f"{file} has the format {found}; this version of rnncheck reads {FORMAT}: "
            "use the version that wrote it, or give another folder"
        )


def _read_only(file: Path) -> sqlite3.Connection:
    """Open a file that is written elsewhere, or lies where nothing can be written."""
    uri = file.absolute().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", timeout=_BUSY, uri=True, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if file.with_name(f"{file.name}-wal").exists():
            raise
        return sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None)
    return connection


@contextmanager
def _sentences(file: Path, kind: type[Exception] = Trouble) -> Iterator[None]:
    """Say in a sentence what SQLite could not do."""
    try:
        yield
    except sqlite3.Error as error:
        raise kind(f"the store {file} cannot be used: {error}") from error

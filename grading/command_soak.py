"""`rnncheck soak`: the suites on fresh cases against every built-in implementation."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from rnncheck.grading.errors import UsageError
from rnncheck.grading.implementations import reference_handles, target_handles
from rnncheck.grading.soak import Budget, Row, offered, soak
from rnncheck.grading.soak_plot import draw
from rnncheck.grading.soak_report import as_json, from_json, markdown, table
from rnncheck.protocol.spec import Spec
from rnncheck.suites.handle import Handle
from rnncheck.suites.precision import PRECISIONS
from rnncheck.worker.stage import WORLDS

COMPARISONS = 100_000
OPERATIONS = "operations"  # of a world, a row of their own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--minutes", type=float, metavar="M", help="in all, shared out evenly")
    much.add_argument(
        "--comparisons",
        type=int,
        metavar="N",
        default=COMPARISONS,
        help=f"of elements, for each world and dtype ({COMPARISONS:,})",
    )
    parser.add_argument(
        "--implementation",
        metavar="WORD",
        action="append",
        default=[],
        help="only those with this word in their name; may be repeated",
    )
    parser.add_argument(
        "--dtype", choices=tuple(PRECISIONS), action="append", help="may be repeated"
    )
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument(
        "--add",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="what an earlier --out wrote: it is counted and not run again; may be repeated",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all rows as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw a histogram of shares")


def run(arguments: argparse.Namespace) -> int:
    """Run until it is enough; 0 if nothing failed, 1 if something did."""
    dtypes = tuple(arguments.dtype or PRECISIONS)
    handles = _handles(arguments.implementation, arguments.device)
    if not handles:
        raise UsageError(f"no implementation has {arguments.implementation} in its name")
    rows = {(row.name, row.dtype): row for path in arguments.add for row in _read(path)}
    try:
        for world, every in handles.items():
            some = [h for h in every if not {(h.name, d) for d in _asked(h, dtypes)} <= {*rows}]
            budget = _budget(arguments, handles, dtypes, every)
            for row in soak([(world, h) for h in some], dtypes, arguments.seed, budget):
                _tell(row, known=(row.name, row.dtype) in rows)
                rows[row.name, row.dtype] = row
    except KeyboardInterrupt:
        print("stopped; this is what there is", file=sys.stderr)
    return _close(arguments, list(rows.values()))


def _read(path: Path) -> list[Row]:
    try:
        return from_json(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is nothing that `rnncheck soak --out` wrote: {error}") from error


def _asked(handle: Handle, dtypes: tuple[str, ...]) -> list[str]:
    return [dtype for dtype in offered(handle) if dtype in dtypes]


def _handles(words: list[str], device: str) -> dict[str, list[Handle]]:
    every = {"reference": reference_handles() if device == "cpu" else []}
    every |= {world: target_handles(world, device) for world in WORLDS if world != "numpy"}
    found: dict[str, list[Handle]] = {}
    for world, some in every.items():
        for handle in (h for h in some if _named(h, words)):
            own = world if isinstance(handle.spec, Spec) else f"{world} {OPERATIONS}"
            found.setdefault(own, []).append(handle)
    return found


def _named(handle: Handle, words: list[str]) -> bool:
    return not words or any(word in handle.name for word in words)


def _budget(
    arguments: argparse.Namespace,
    handles: dict[str, list[Handle]],
    dtypes: tuple[str, ...],
    some: list[Handle],
) -> Budget:
    """Return what each of some handles gets: its part of the comparisons, or of the time."""
    if arguments.minutes is None:
        counts = {d: sum(d in offered(h) for h in some) for d in dtypes}
        return Budget({d: -(-arguments.comparisons // max(n, 1)) for d, n in counts.items()})
    rows = sum(len(set(offered(h)) & set(dtypes)) for some in handles.values() for h in some)
    return Budget({}, 60 * arguments.minutes / max(rows, 1))


def _tell(row: Row, *, known: bool) -> None:
    """Show on stderr what begins, and what did not end well."""
    if not known:
        print(f"{row.name} {row.dtype}", file=sys.stderr, flush=True)
        return
    if row.skipped:
        print(f"  skipped: {row.skipped}", file=sys.stderr)
    for told in row.told:
        print(f"  {told['check']}: {told['why']}", file=sys.stderr)


def _close(arguments: argparse.Namespace, rows: list[Row]) -> int:
    Console(width=None if sys.stdout.isatty() else 120).print(table(rows))
    if arguments.out:
        _write(arguments.out, json.dumps(as_json(rows, arguments.seed), indent=1) + "\n")
    if arguments.markdown:
        _write(arguments.markdown, markdown(rows) + "\n")
    if arguments.plot:
        print(draw(arguments.plot, rows))
    return 1 if any(row.failures for row in rows) else 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error

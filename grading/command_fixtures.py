"""`rnncheck fixtures`: regenerates, verifies, shows and lists the golden traces."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from rnncheck.fixtures import files
from rnncheck.fixtures.files import FOLDER, read_manifest
from rnncheck.fixtures.operation_records import operation_records
from rnncheck.fixtures.operation_show import show_operation
from rnncheck.fixtures.records import records
from rnncheck.fixtures.regenerate import planned, write
from rnncheck.fixtures.show import show
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.producers import FRAMEWORKS
from rnncheck.grading.subcommands import run
from rnncheck.grading.verify_fixtures import run_verify

__all__ = ["add_arguments", "run"]

NONE = "none"
_NEAR = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    commands = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    _add_regenerate(commands.add_parser("regenerate", help="compute the goldens anew"))
    _add_verify(commands.add_parser("verify", help="hold the goldens to all that computes them"))
    shown = commands.add_parser("show", help="print a golden as a table")
    shown.add_argument("name", metavar="NAME", help="see `rnncheck fixtures list`")
    shown.set_defaults(act=_show)
    listed = commands.add_parser("list", help="list the goldens and who agrees with each")
    listed.set_defaults(act=_list)


def _add_regenerate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="default: the clone's own folder of goldens"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if something would change"
    )
    parser.set_defaults(act=_regenerate)


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all of them")
    parser.add_argument(
        "--framework",
        action="append",
        choices=(*FRAMEWORKS, NONE),
        help="compare with this one, an error if it is absent; may be repeated; "
        "default: those that are installed",
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="DIR", help="a copy of the goldens"
    )
    parser.add_argument(
        "--record", action="store_true", help="write into the manifest which frameworks agree"
    )
    parser.set_defaults(act=_verify)


def _regenerate(arguments: argparse.Namespace) -> int:
    folder = arguments.out or FOLDER
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--out {folder} is a file; give a folder, new or not")
    if not arguments.check:
        _require_writable(folder, "--out DIR")
    try:
        changes = planned(folder)
    except ValueError as error:
        raise UsageError(
            f"a manifest cannot be read: {line(error)}; restore or delete it"
        ) from None
    for change in changes:
        print(line(change))
    if arguments.check:
        print(_would_change(len(changes), folder))
        return 1 if changes else 0
    write(changes, folder)
    print(_wrote(len(changes), folder))
    return 0


def _require_writable(folder: Path, option: str) -> None:
    """Refuse to change the goldens of an installed rnncheck, which are not under git."""
    if folder != FOLDER:
        return
    if not (FOLDER.parent / "pyproject.toml").is_file():
        raise UsageError(
            f"{FOLDER} belongs to an installed rnncheck and is not changed; "
            f"give {option}, or run this in a clone"
        )
    if not os.access(FOLDER, os.W_OK):
        raise UsageError(f"{FOLDER} cannot be written; give {option}")


def _would_change(count: int, folder: Path) -> str:
    if not count:
        return f"{len(_every())} goldens in {folder} are what would be written."
    return f"{_counted(count)} in {folder} would change; nothing was written."


def _wrote(count: int, folder: Path) -> str:
    if not count:
        return f"{len(_every())} goldens in {folder} are up to date; nothing was written."
    own = " Now compare: rnncheck fixtures verify --record" if folder == FOLDER else ""
    return f"Changed {_counted(count)} in {folder}, {len(_every())} goldens in all.{own}"


def _counted(count: int) -> str:
    return f"{count} file{'s' if count > 1 else ''}"


def _verify(arguments: argparse.Namespace) -> int:
    asked: list[str] | None = arguments.framework
    if asked is not None and NONE in asked:
        if len(set(asked)) > 1:
            raise UsageError("--framework none was given with another; give one or the other")
        asked = []
    if arguments.record:
        if asked == []:
            raise UsageError("--record writes which frameworks agree; leave --framework none out")
        _require_writable(arguments.folder, "--folder DIR")
    names = _known(arguments.names, _names(arguments.folder))
    whole = run_verify(names, arguments.folder, asked, arguments.record)
    return 0 if whole else 1


def _names(folder: Path) -> list[str]:
    try:
        listed = files.names(folder)
    except ValueError as error:
        raise UsageError(line(error)) from None
    return list(dict.fromkeys([*_every(), *listed]))


def _every() -> list[str]:
    """Return the names of all goldens, of networks and of operations."""
    return [*records(), *operation_records()]


def _known(given: Sequence[str], there: list[str]) -> list[str]:
    for name in given:
        if name not in there:
            raise UsageError(f"no golden is called {name!r}; {_near(name, there)}")
    return list(dict.fromkeys(given)) or there


def _near(name: str, there: list[str]) -> str:
    near = get_close_matches(name, there, _NEAR)
    near += [other for other in there if name and name in other and other not in near]
    if not near:
        return "see `rnncheck fixtures list`"
    return f"near it: {', '.join(near[:_NEAR])} (all: rnncheck fixtures list)"


def _show(arguments: argparse.Namespace) -> int:
    (name,) = _known([arguments.name], _names(FOLDER))
    print((show_operation if name in operation_records() else show)(name), end="")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    del arguments
    entries = read_manifest()["goldens"]
    for name, record in records().items():
        print(f"{name:<38} T={record.steps} B={record.batch}  {_producers(entries, name)}")
    for name, other in operation_records().items():
        sizes = " ".join(f"{letter}={size}" for letter, size in other.sizes)
        print(f"{name:<38} {sizes}  {_producers(entries, name)}")
    return 0


def _producers(entries: Mapping[str, Mapping[str, list[str]]], name: str) -> str:
    return ", ".join(entries.get(name, {}).get("producers", []))

"""`rnncheck mistakes`: lists the catalogue, shows one of it, and writes the kill matrix."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from rnncheck.grading.asked import Asked
from rnncheck.grading.assignment import load, names
from rnncheck.grading.bank_file import practice
from rnncheck.grading.catalogue import details, listing, table
from rnncheck.grading.diagnosed import diagnosed
from rnncheck.grading.errors import UsageError
from rnncheck.grading.kill_table import markdown
from rnncheck.grading.matrix import Matrix, as_json, matrix, merged, read
from rnncheck.grading.named import DTYPES, Named, line
from rnncheck.grading.named import table as table_of_named
from rnncheck.grading.operation_matrix import AskedOperations, contracts
from rnncheck.grading.operation_matrix import diagnosed as operations_diagnosed
from rnncheck.grading.subcommands import run
from rnncheck.mistakes import every_mistake

__all__ = ["add_arguments", "run"]

JSON = "kill-matrix.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    commands = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    listed = commands.add_parser("list", help="list the catalogue")
    listed.add_argument("--markdown", action="store_true", help="as docs/mistakes.md has it")
    listed.set_defaults(act=_list)
    shown = commands.add_parser("show", help="say all about one mistake")
    shown.add_argument("id", metavar="ID", help="see `rnncheck mistakes list`")
    shown.set_defaults(act=_show)
    named = commands.add_parser("diagnosed", help="measure how often a mistake is named rightly")
    named.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="all by default")
    named.add_argument("--framework", metavar="NAME", help="only this one; all by default")
    named.add_argument("--dtype", choices=DTYPES, help="only this one; both by default")
    named.add_argument("--mistake", action="append", default=[], metavar="ID", help="only this one")
    named.add_argument("--markdown", type=Path, metavar="FILE", help="write a table here")
    named.set_defaults(act=_diagnosed)
    _add_matrix(commands.add_parser("matrix", help="run every mistake through every check"))


def _add_matrix(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--assignment", action="append", metavar="NAME", help="only this one; may be repeated"
    )
    parser.add_argument(
        "--mistake", action="append", default=[], metavar="ID", help="only this one; likewise"
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write it here; rows that are there and were not run again are kept",
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write tables here")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.set_defaults(act=_matrix)


def _list(arguments: argparse.Namespace) -> int:
    print(table() if arguments.markdown else listing(), end="")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    _known([arguments.id], list(every_mistake()), "mistake")
    print(details(every_mistake()[arguments.id]), end="")
    return 0


def _matrix(arguments: argparse.Namespace) -> int:
    chosen = arguments.assignment or names()
    _known(chosen, names(), "assignment")
    _known(arguments.mistake, list(every_mistake()), "mistake")
    found = _run(chosen, arguments.mistake, arguments.jobs, arguments.json)
    if arguments.markdown is not None:
        arguments.markdown.write_text(markdown(found), "utf-8")
    if arguments.json is None and arguments.markdown is None:
        print(markdown(found), end="")
    return 0


def _diagnosed(arguments: argparse.Namespace) -> int:
    chosen = arguments.assignments or names()
    _known(chosen, names(), "assignment")
    _known(arguments.mistake, list(every_mistake()), "mistake")
    found: dict[str, dict[str, list[Named]]] = {}
    for contract in (one for name in chosen for one in contracts(load(name))):
        if arguments.framework in (None, contract.framework.partition("/")[0]):
            found[contract.name] = {}
            for dtype in [arguments.dtype] if arguments.dtype else DTYPES:
                found[contract.name][dtype] = _named(contract, arguments.mistake, dtype)
                print(line(contract.name, dtype, found[contract.name][dtype]), flush=True)
    if not found:
        raise UsageError(f"{', '.join(chosen)} has no contract in {arguments.framework}")
    if arguments.markdown is not None:
        arguments.markdown.write_text(table_of_named(found), "utf-8")
    return 0


def _named(contract: Asked | AskedOperations, only: Sequence[str], dtype: str) -> list[Named]:
    if isinstance(contract, AskedOperations):
        return operations_diagnosed(contract, only, dtype)
    bank = practice(contract.assignment, contract.framework)
    if bank is None:
        raise UsageError(f"{contract.name} has no practice bank")
    return diagnosed(contract, bank, only, dtype=dtype)


def _known(given: Sequence[str], there: Sequence[str], what: str) -> None:
    for name in given:
        if name not in there:
            near = get_close_matches(name, there, 5) or there
            raise UsageError(f"no {what} is called {name!r}; there are: {', '.join(near)}")


def _run(chosen: Sequence[str], only: Sequence[str], jobs: int, file: Path | None) -> Matrix:
    """Run what is asked for, and keep in the file what is done as it ends."""
    from rich.console import Console
    from rich.progress import Progress

    done = read(file) if file is not None and file.is_file() else {}

    def keep(part: Matrix) -> None:
        done.update(merged(done, part))
        if file is not None:
            file.write_text(as_json(ordered(done)), "utf-8")
        progress.update(task, advance=len(part))

    asks = [one for name in chosen for one in contracts(load(name))]
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("contracts", total=len(asks))
        found = matrix(chosen, only, jobs, keep)
    return ordered(done) if file is not None else found


def ordered(found: Matrix) -> Matrix:
    """Return a matrix in the order of the assignments, without contracts that are gone."""
    there = [one.name for name in names() for one in contracts(load(name))]
    return {name: found[name] for name in there if name in found}

"""The filter of system calls, run by hand for both machines: what it lets through and what not."""

import errno
import re
import struct
from pathlib import Path

import pytest

from rnncheck.worker.calls import ALLOWED_IF_OWN, DENIED, NEWEST, REFUSED_IF, SPECIAL
from rnncheck.worker.seccomp import program
from tests.judging import home

pytestmark = home("numpy")

MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
OWN = 7
READ = {"x86_64": 0, "aarch64": 63}
THREAD, CHILD = 0x3D0F00, 17  # flags of pthread_create and of fork

machines = pytest.mark.parametrize("machine", MACHINES)


def answer(machine: str, number: int, *arguments: int, architecture: int = 0) -> int:
    """Return what the filter answers to a call."""
    given = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, architecture or MACHINES[machine], 0, *given)
    code: list[tuple[int, int, int, int]] = list(struct.iter_unpack("<HBBI", program(OWN, machine)))
    at, loaded = 0, 0
    while True:
        kind, if_true, if_false, value = code[at]
        at += 1
        if kind == 0x06:
            return value
        if kind == 0x20:
            (loaded,) = struct.unpack_from("<I", data, value)
        else:
            tests = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}
            at += if_true if tests[kind] else if_false


@machines
def test_denied_calls_are_refused(machine: str) -> None:
    """Each call of the table, whatever its arguments."""
    column = [*MACHINES].index(machine)
    for name, row in DENIED.items():
        number = row[column]
        if number is not None:
            assert answer(machine, number, OWN, OWN, 0) == REFUSE, name


@machines
def test_ordinary_calls_pass(machine: str) -> None:
    """Reading, and the newest call of the table."""
    assert answer(machine, READ[machine], 3) == ALLOW
    assert answer(machine, NEWEST) == ALLOW


@machines
def test_newer_calls_do_not_exist(machine: str) -> None:
    """A kernel that has more, shows no more."""
    for number in (NEWEST + 1, 1000, 0x3FFFFFFF):
        assert answer(machine, number) == ABSENT


@machines
def test_threads_but_no_processes(machine: str) -> None:
    """Clone with the flag of a thread alone; clone3 hides its flags, so it does not exist."""
    clone, clone3 = (SPECIAL[name][[*MACHINES].index(machine)] for name in ("clone", "clone3"))
    assert answer(machine, clone, THREAD) == ALLOW
    assert answer(machine, clone, CHILD) == REFUSE
    assert answer(machine, clone, CHILD | 0x10000000) == REFUSE
    assert answer(machine, clone3) == ABSENT


@machines
def test_signals_to_itself_alone(machine: str) -> None:
    """Not to a group, not to all, not to another."""
    for row in ALLOWED_IF_OWN.values():
        number = row[[*MACHINES].index(machine)]
        assert answer(machine, number, OWN, 9) == ALLOW
        for other in (0, 1, OWN + 1, 0xFFFFFFFF, (1 << 64) - OWN):
            assert answer(machine, number, other, 9) == REFUSE


@machines
def test_limits_are_read_but_not_set(machine: str) -> None:
    """prlimit64 without new limits; a pointer whose low half is zero is still a pointer."""
    number = SPECIAL["prlimit64"][[*MACHINES].index(machine)]
    assert answer(machine, number, 0, 7, 0) == ALLOW
    for pointer in (0x7FFF1234, 0x7F00_0000_0000):
        assert answer(machine, number, 0, 7, pointer) == REFUSE


@machines
def test_nobody_else_is_told_of_a_file(machine: str) -> None:
    """Descriptors are used as ever, but give no signal to others and keep no file from them."""
    column = [*MACHINES].index(machine)
    for rows, values in REFUSED_IF.values():
        assert answer(machine, rows[column], 3, 4, 5) == ALLOW
        for value in values:
            assert answer(machine, rows[column], 3, value, 5) == REFUSE
            assert answer(machine, rows[column], 3, value | 1 << 40, 5) == REFUSE


def test_other_architectures_are_killed() -> None:
    """32-bit calls and those of the x32 ABI have other numbers."""
    assert answer("x86_64", 20, architecture=0x40000003) == KILL
    assert answer("aarch64", 20, architecture=0x40000028) == KILL
    assert answer("x86_64", 0x40000000 | 1) == KILL


@machines
def test_numbers_are_the_kernels(machine: str) -> None:
    """As the header of the C library has them, for the calls that it has."""
    if not HEADERS[machine].is_file():
        pytest.skip(f"there is no {HEADERS[machine]}")
    text = HEADERS[machine].read_text()
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text)
    known = {name: int(number) for name, number in found}
    column = [*MACHINES].index(machine)
    table = {**SPECIAL, **ALLOWED_IF_OWN, **DENIED} | {n: row for n, (row, _) in REFUSED_IF.items()}
    assert {n: row[column] for n, row in table.items() if n in known} == {
        name: known[name] for name in table if name in known
    }
    newer = {name for name, row in table.items() if (row[column] or 0) > max(known.values())}
    assert {n for n, row in table.items() if n not in known and row[column]} <= newer

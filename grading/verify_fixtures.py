"""Verifies goldens for a person: a line for what does not hold, one for each framework, the sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from rnncheck.fixtures.agreement import record_producers
from rnncheck.fixtures.files import read_manifest
from rnncheck.fixtures.findings import Finding
from rnncheck.fixtures.verify import verify
from rnncheck.grading.errors import UsageError
from rnncheck.grading.escape import line
from rnncheck.grading.producers import EXTRAS, FRAMEWORKS, NAMES, compare_framework
from rnncheck.protocol.faults import Fault


@dataclass(frozen=True)
class Verified:
    """What was found.

    Attributes:
        names: of the goldens.
        own: on their manifest, bytes and reference.
        agreement: by framework, where it is there.
        absent: frameworks that are not there.
    """

    names: Sequence[str]
    own: list[Finding]
    agreement: dict[str, list[Finding]]
    absent: list[str]

    @property
    def failed(self) -> list[Finding]:
        """Everything that does not hold."""
        compared = [found for findings in self.agreement.values() for found in findings]
        return [found for found in self.own + compared if found.status == "failed"]


def run_verify(
    names: Sequence[str], folder: Path, asked: Sequence[str] | None, record: bool
) -> bool:
    """Verify goldens, print what was found, and return whether all of it holds.

    Args:
        names: of the goldens.
        folder: with the manifest and the files.
        asked: frameworks to compare with, an error where absent; None for those that are there.
        record: whether to write into the manifest who agreed.

    Raises:
        UsageError: a framework that was asked for is absent.
    """
    own = [_told(found) for found in verify(folder, names)]
    agreement: dict[str, list[Finding]] = {}
    absent: list[str] = []
    sound = {found.name for found in own} - {f.name for f in own if f.status == "failed"}
    for framework in FRAMEWORKS if asked is None else asked:
        try:
            chosen = [name for name in names if name in sound]
            agreement[framework] = _compare(framework, chosen, folder)
        except Fault as fault:
            if fault.kind != "absent":
                raise
            if asked is not None:
                raise UsageError(_missing(framework, fault)) from None
            absent.append(framework)
            print(f"{NAMES[framework]:<6} is absent: {line(fault)}", flush=True)
    verified = Verified(names, own, agreement, absent)
    if record:
        _record(verified, folder)
    _close(verified, folder)
    return not verified.failed


def _told(found: Finding) -> Finding:
    if found.status == "failed":
        print(f"FAILED {found.name}: {found.check}: {line(found.detail)}", flush=True)
    return found


def _compare(framework: str, names: Sequence[str], folder: Path) -> list[Finding]:
    findings = [_told(found) for found in compare_framework(framework, names, folder)]
    odd = _count(findings, "not claimed")
    agreed, wrong = _count(findings, "passed"), _count(findings, "failed")
    said = f"agrees on {agreed} {_goldens(agreed)}, cannot express {odd}"
    print(f"{NAMES[framework]:<6} {said}{f', disagrees on {wrong}' if wrong else ''}", flush=True)
    return findings


def _missing(framework: str, fault: Fault) -> str:
    said = line(fault)
    if "pip install" not in said:
        said += f'; pip install "rnncheck[{EXTRAS[framework]}]"'
    given = f"--framework {framework} was given and {NAMES[framework]} is absent"
    return f"{given}: {said}, or leave the option out"


def _record(verified: Verified, folder: Path) -> None:
    if verified.failed:
        print("Nothing is recorded as long as something does not hold.")
        return
    known = read_manifest(folder)["goldens"]
    findings = [f for found in verified.agreement.values() for f in found if f.name in known]
    record_producers(findings, folder)
    print(f"Recorded in {folder / 'manifest.json'} who agreed.")


def _close(verified: Verified, folder: Path) -> None:
    entries = read_manifest(folder)["goldens"]
    alone = [n for n in verified.names if not {*FRAMEWORKS} & {*_producers(entries, n)}]
    if alone:
        by = " and ".join(dict.fromkeys(p for n in alone for p in _producers(entries, n)[1:]))
        print(f"The manifest has no framework for {len(alone)}, held by the {by or 'reference'}:")
        print(f"  {', '.join(alone)}")
    if verified.failed:
        wrong = list(dict.fromkeys(found.name for found in verified.failed))
        print(f"{len(wrong)} of {len(verified.names)} goldens do not hold: {', '.join(wrong)}.")
    else:
        print(_sum(verified))


def _producers(entries: dict[str, dict[str, list[str]]], name: str) -> list[str]:
    return entries.get(name, {}).get("producers", [])


def _sum(verified: Verified) -> str:
    count = len(verified.names)
    ulps = ceil(max((found.ulps for found in verified.own), default=0.0))
    said = f"{count} {_goldens(count)}: bytes equal, the reference within {ulps} ulp"
    agreed = [
        f"{NAMES[framework]} {'agrees ' if not index else ''}on {_count(findings, 'passed')}"
        for index, (framework, findings) in enumerate(verified.agreement.items())
    ]
    if agreed:
        said += f"; {', '.join(agreed)}"
    if verified.absent:
        said += f"; absent: {', '.join(NAMES[framework] for framework in verified.absent)}"
    return said + "."


def _count(findings: Sequence[Finding], status: str) -> int:
    return sum(found.status == status for found in findings)


def _goldens(count: int) -> str:
    return "golden" if count == 1 else "goldens"

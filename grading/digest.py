"""Digests of all that a verdict depends on: equal ones give equal marks."""

from __future__ import annotations

import functools
import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import rnncheck.grading
from rnncheck import adapters
from rnncheck.grading.collect import Item
from rnncheck.grading.contract import Contract
from rnncheck.grading.opened import offered_by
from rnncheck.protocol.operations import Operations
from rnncheck.protocol.spec import Spec
from rnncheck.suites.driver import plan

HOME = Path(next(iter(rnncheck.grading.__path__))).parent  # of the rooms
_ROOMS = (
    "protocol",
    "reference",
    "adapters",
    "worker",
    "mistakes",
    "fixtures",
    "suites",
    "grading",
)
_PACKAGES = {
    "torch": ("torch",),
    "keras3": ("keras", "tensorflow"),
    "tf1": ("tensorflow", "tf_keras"),
}


def key_of(item: Item, device: str, required: str, bank: str) -> str:
    """Return what a verdict is kept under: the file's text and name, and what judges it.

    `required` is the least tier in which workers may be shut in, `bank` the bank's digest.
    """
    source = hashlib.sha256(item.submission.source).hexdigest()
    submission = [item.path.name, source, item.submission.fault, item.problem]
    return digest(
        [*submission, item.framework, device, required],
        item.assignment.digest if item.assignment else "",
        bank,
        code_digest(),
        versions(item),
    )


def digest(*values: Any) -> str:
    """Return the SHA-256 of values that JSON can hold."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def bank_digest(contract: Contract) -> str:
    """Return the digest of every check with its cases, as a contract asks for them."""
    if contract.parts:
        return digest(*(bank_digest(part.contract) for part in contract.parts))
    return _bank_digest(contract.adapter, contract.spec, contract.claims)


@functools.cache
def _bank_digest(adapter_name: str, spec: Spec | Operations, claims: frozenset[str]) -> str:
    offered = offered_by(adapters.find(adapter_name), spec) & claims
    return digest([(c.name, [r.to_json() for r in cases]) for c, cases in plan(spec, offered)])


@functools.cache
def code_digest() -> str:
    """Return the digest of rnncheck's own files, so that a changed judge judges again."""
    found = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((HOME / room).glob("*.*")):
            if path.suffix in (".py", ".json"):
                found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def versions(item: Item) -> dict[str, str]:
    """Return the versions of what judges a submission, of its own framework alone."""
    return dict(_versions(item.contract.world if item.contract and item.framework else ""))


def package_versions() -> dict[str, str]:
    """Return the versions of Python, NumPy and rnncheck."""
    return dict(_versions(""))


@functools.cache
def _versions(world: str) -> Mapping[str, str]:
    found = {"python": platform.python_version(), "numpy": np.__version__}
    for package in ("rnncheck", *_PACKAGES.get(world, ())):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found

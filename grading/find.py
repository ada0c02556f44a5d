"""Finds which assignment and which contract a submission answers, from its text alone."""

from __future__ import annotations

import re

from rnncheck.adapters.base_answers import OTHER_NAMES, plain_name
from rnncheck.grading.assignment import Assignment, load, names
from rnncheck.grading.contract import Contract
from rnncheck.grading.errors import ContractError, UsageError
from rnncheck.grading.submission import Submission, read_submission

__all__ = ["find_assignment", "find_contract", "read_submission"]

FRAMEWORKS = ("torch", "tensorflow", "keras", "tf_keras", "jax")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def find_assignment(submission: Submission) -> str:
    """Return the name of the assignment that a submission answers.

    A line `# rnncheck: NAME` in its first lines decides, then the name of its folder, then the
    names that it defines together with the words in the file's name.

    Raises:
        UsageError: the marker names no assignment, or nothing tells which it is.
    """
    if submission.marker is not None:
        return _named(submission)
    folder = submission.path.absolute().parent.name
    if folder in names():
        return folder
    ranks = {name: _likeness(load(name), submission) for name in names()}
    best = max(ranks.values())
    found = [name for name, rank in ranks.items() if rank == best]
    if len(found) == 1 and (best[0] or best[2]):
        return found[0]
    several = best[0] and len(found) > 1
    fits = f"; it fits {', '.join(found)}" if several else ""
    raise UsageError(
        f"{submission.path.name} does not say which assignment it answers{fits}. Write a line like "
        f"`# rnncheck: {found[0]}` at its top, or give --assignment NAME; "
        f"there are: {', '.join(names())}"
    )


def _named(submission: Submission) -> str:
    """Return the assignment of the marker: a name, never a path that a stranger chose."""
    if submission.marker not in names():
        raise UsageError(
            f"no assignment is called {submission.marker!r}; there are: {', '.join(names())}. "
            f"Write one of these in the line `# rnncheck: NAME` of {submission.path.name}."
        )
    return submission.marker


def _likeness(assignment: Assignment, submission: Submission) -> tuple[int, bool, int, int]:
    """Rank by the names defined, in NumPy or a framework as the file, then by its name's words."""
    fitting = [c for c in assignment.contracts.values() if _fits(c, submission)]
    own = bool(_frameworks(submission))
    defined = [
        (min(found, _most(contract)), bool(contract.imports) == own)
        for contract in fitting
        if not contract.any_convention and (found := _defined(contract, submission))
    ]
    words = {word.lower() for word in _WORD.findall(submission.path.stem)}
    hit = sum(not words.isdisjoint(group) for group in assignment.words)
    names, own_kind = max(defined, default=(0, False))
    return names, own_kind, hit, hit - len(assignment.words)


def find_contract(assignment: Assignment, submission: Submission) -> Contract:
    """Return the contract that a submission means.

    One whose imports fit, whose names are all there if possible; names that are missing are for
    the judge to report as not implemented. A submission with a fault gets the first contract.

    Raises:
        ContractError: none fits; the message lists what each asks and what the file has.
    """
    contracts = list(assignment.contracts.values())
    if submission.fault:
        return contracts[0]
    fitting = [contract for contract in contracts if _fits(contract, submission)]
    if not fitting:
        raise ContractError(_no_contract(assignment, submission))
    return max(fitting, key=lambda contract: _closeness(contract, submission))


def _fits(contract: Contract, submission: Submission) -> bool:
    if contract.imports:
        return bool(_reach(contract, submission.imports))
    return bool(_defined(contract, submission)) or not _frameworks(submission)


def _defined(contract: Contract, submission: Submission) -> int:
    """Return how many names of a contract are there: all or none, but for one with parts."""
    found = len(submission.names.intersection(contract.names))
    if contract.lenient and found < len(contract.names):
        own = {plain_name(name) for name in submission.names}
        other = {OTHER_NAMES.get(name, name) for name in contract.names}
        found = sum(plain_name(name) in own for name in contract.names)
        found = max(found, len(other & submission.names))
        found = max(found, len(submission.methods.intersection(contract.names)))
    return found if contract.parts or found == len(contract.names) else 0


def _most(contract: Contract) -> int:
    """Return how many names count: one of what stands beside a network in the same file."""
    return 1 if contract.parts and contract.operations is not None else len(contract.names)


def _frameworks(submission: Submission) -> list[str]:
    return sorted({name.partition(".")[0] for name in submission.imports} & set(FRAMEWORKS))


def _closeness(contract: Contract, submission: Submission) -> tuple[bool, int, int, int]:
    roots = {name.partition(".")[0] for name in submission.imports}
    own = bool(contract.imports) or not contract.parts
    possible = own or "numpy" in roots or not _frameworks(submission)
    defined = _defined(contract, submission)
    bases = [base for name in contract.names for base in submission.bases.get(name, ())]
    return possible, defined, bool(_reach(contract, bases)), _reach(contract, submission.imports)


def _reach(contract: Contract, dotted: frozenset[str] | list[str]) -> int:
    """Return the number of dotted parts of the longest import of the contract that is used."""
    used = [
        module.count(".") + 1
        for module in contract.imports
        if any(name == module or name.startswith(module + ".") for name in dotted)
    ]
    return max(used, default=0)


def _no_contract(assignment: Assignment, submission: Submission) -> str:
    lines = [f"{submission.path.name} fits no contract of the assignment {assignment.name}:"]
    for contract in assignment.contracts.values():
        imports = " or ".join(contract.imports) or "no framework"
        wanted = ", ".join(contract.names)
        lines.append(f"  {contract.framework:6} defines {wanted}; imports {imports}")
    defined = ", ".join(sorted(submission.names)) or "nothing"
    lines.append(f"The file defines {defined}; it imports {', '.join(_frameworks(submission))}.")
    return "\n".join(lines)

"""Infers the conventions of a submission with parameters of its own, from one case or two."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from rnncheck.adapters.base_own import MISFIT
from rnncheck.grading.contract import Contract
from rnncheck.grading.opened import Opened, spec_of
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import GATES
from rnncheck.suites.calls import answers, call_of
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.suites.cases import general
from rnncheck.suites.subject import Subject
from rnncheck.suites.truth import Truth

NEAR = 1e-3  # conventions differ by far more; the verdict is the checks'
_H_FIRST, _C_FIRST = "_state_first", "_cell_first"
_LAYERED, _STATELESS = "_layered", "_stateless"
OTHER_ADAPTERS = {
    "torch_own": tuple(f"torch_own{n}" for n in (_H_FIRST, _C_FIRST, _LAYERED, _STATELESS)),
    "keras_own": tuple(f"keras_own{n}" for n in (_H_FIRST, _C_FIRST, _STATELESS)),
}


def inferred(contract: Contract, opened: Callable[[Contract], Opened]) -> tuple[Contract, str]:
    """Return the contract with the conventions under which a step comes out right, and their words.

    Where none fits it is the contract with the number of biases and the order of axes with which
    the submission can be called at all, and no words.

    Args:
        contract: which leaves conventions open.
        opened: opens the submission by a contract.
    """
    first, called = contract, None
    for adapter in _adapters(contract):
        asked = replace(contract, adapter=adapter)
        if adapter.endswith(_STATELESS):
            asked = replace(asked, claims=asked.claims - {"initial_state"} | {"none_state"})
        with opened(asked) as submission:
            tried = _Tried(submission, next(candidates(contract.options))["gates"])
            for options in _with_time(contract, candidates(contract.options)):
                if tried.in_vain(options):
                    continue
                found = tried.fits(options)
                if found is None:
                    return contract, ""  # it cannot be called at all: the checks say why
                if found:
                    return replace(asked, **_asked(options, asked)), _words(options, adapter)
            as_called = replace(asked, **_asked(tried.fitting(contract.options), asked))
        first = as_called if adapter == contract.adapter else first
        called = called or (as_called if tried.answered else None)
    return called or first, ""


def _adapters(contract: Contract) -> list[str]:
    """Return the adapter of a contract, and those that see the same in another order."""
    found = [contract.adapter, *OTHER_ADAPTERS.get(contract.adapter, ())]
    lstm, layer = contract.options["cell"] == "lstm", "sequence" in contract.claims
    left_out = (() if lstm else (_C_FIRST,)) + (() if layer else (_LAYERED, _STATELESS))
    return [name for name in found if not name.endswith(left_out)]


def _with_time(contract: Contract, found: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the candidates, then each with the batch first where a PyTorch layer may choose."""
    listed = list(found)
    yield from listed
    if contract.world == "torch" and "time_major" in contract.claims:
        yield from ({**options, "time_major": False} for options in listed)


def _asked(options: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    """Return what a contract asks by options."""
    claims = contract.claims
    if options.get("time_major") is False and "time_major" in claims:
        claims = claims - {"time_major"} | {"batch_major"}
    return {"options": options, "claims": claims}


def candidates(options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield options with every convention that a class may have chosen, the given ones first."""
    cell = str(options["cell"])
    open_ones: dict[str, list[Any]] = {"biases": ["single", "double", "none"]}
    if cell == "lstm":
        open_ones["forget_bias"] = [0.0, 1.0]
    if cell == "gru":
        open_ones |= {"reset": ["after", "before"], "update": ["z_keeps", "z_takes"]}
    orders = list(itertools.permutations(GATES[cell]))
    first = tuple(options.get("gates", GATES[cell]))
    open_ones["gates"] = [first, *(order for order in orders if order != first)]
    for name, values in open_ones.items():
        if name in options:
            values.sort(key=lambda value, own=options[name]: value != own)  # type: ignore[misc]  # a default
    for chosen in itertools.product(*open_ones.values()):
        yield {**options, **dict(zip(open_ones, chosen, strict=True))}


class _Tried:
    """Tries options, with no more calls than tell them apart.

    What comes out depends on the number of biases alone, and on the order of the gates where these
    are told by their names: the case's numbers then go elsewhere. All else changes what is right.
    """

    def __init__(self, opened: Opened, first: tuple[str, ...]) -> None:
        self._opened, self._first = opened, first
        self._unfit: set[object] = set()  # numbers of biases that the parameters do not make up
        self._came: dict[tuple[object, object, tuple[str, ...], int], Arrays] = {}
        self._refused: set[object] = set()  # whether time was first, where a call failed
        self._told: bool | None = None  # whether gates are told by their names

    @property
    def answered(self) -> bool:
        """Whether any call came back."""
        return bool(self._came)

    def in_vain(self, options: Mapping[str, Any]) -> bool:
        """Say so of a number of biases that is not there, and of the order of gates with names."""
        return options["biases"] in self._unfit or (
            self._told is True and options["gates"] != self._first
        )

    def fitting(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return options with which there is an answer: number of biases, time or batch first."""
        left = [o["biases"] for o in candidates(options) if o["biases"] not in self._unfit]
        found = {**options, "biases": left[0]} if left and self._unfit else dict(options)
        turned = {order for _, order, _, _ in self._came} - self._refused == {False}
        return {**found, "time_major": False} if turned else found

    def fits(self, options: Mapping[str, Any]) -> bool | None:
        """Say whether two cases come out right; None where no call can be made in any way."""
        spec = spec_of(options)
        call = call_of(self._opened.claims)
        given = "random" if "initial_state" in self._opened.claims else "zero"
        for number, record in enumerate(general(spec, state=given)[:2]):
            case, truth = _known(record)
            try:
                result = self._result(options, number, case, call)
            except Fault as fault:
                if MISFIT in str(fault):
                    self._unfit.add(options["biases"])
                else:
                    self._refused.add(options.get("time_major"))
                none = ("not_implemented", "died", "timeout", "absent")
                return None if fault.kind in none else False
            right = truth.forward if call == "sequence" else truth.first_step
            if not all(np.allclose(result[name], right[name], NEAR, NEAR) for name in result):
                return False
        return True

    def _result(self, options: Mapping[str, Any], number: int, case: Case, call: str) -> Arrays:
        gates = self._first if self._told is False else options["gates"]
        kind = options["biases"], options.get("time_major")
        key = *kind, gates, number
        if key not in self._came:
            self._came[key] = answers(Subject(self._opened.bind, case), case, call)
            before = self._came.get((*kind, self._first, number))
            if before is not None and gates != self._first:
                self._told = not _same(before, self._came[key])
        return self._came[key]


@functools.lru_cache(1024)
def _known(record: CaseSpec) -> tuple[Case, Truth]:
    """Return a case and what is right of it; each way to see a submission asks for the same."""
    case = make_case(record)
    return case, Truth(case)


def _same(left: Arrays, right: Arrays) -> bool:
    return all(np.array_equal(left[name], right[name]) for name in left)


def _words(options: Mapping[str, Any], adapter: str) -> str:
    words = [f"gates {', '.join(options['gates'])}", f"{options['biases']} biases"]
    if adapter.startswith("torch") and options.get("time_major") is False:
        words.append("the batch first")
    words += [f"forget bias {options['forget_bias']:g}"] if options.get("forget_bias") else []
    if "reset" in options:
        words.append(f"reset {options['reset']} the matmul, {options['update']}")
    words += ["[h, x] in one matrix"] if adapter.endswith(_H_FIRST) else []
    words += ["the state has an axis for layers"] if adapter.endswith(_LAYERED) else []
    words += ["no state is taken"] if adapter.endswith(_STATELESS) else []
    words += ["the state is (c, h)"] if adapter.endswith(_C_FIRST) else []
    return "; ".join(words)

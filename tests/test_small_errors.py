"""Every bank finds small errors: in one element of one weight's gradient, in one gate's bias."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from rnncheck.grading.asked import Asked, asked, within
from rnncheck.grading.assignment import load, names
from rnncheck.grading.bank import Bank
from rnncheck.grading.bank_file import practice
from rnncheck.mistakes.base import Given, GivenBack, Variation
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.allowance import FEW, FINE, Allowance
from rnncheck.suites.check import checks
from rnncheck.suites.driver import claimed, run_pair
from rnncheck.suites.truth import Truth

CONTRACTS = {
    f"{name}/{one.framework}": one for name in names() for one in asked(load(name)) if one.whole
}
GRADIENTS = [n for n, c in CONTRACTS.items() if c.claims & {"step_vjp", "sequence_vjp"}]
DIRECT = "gradient_reference", "gradient_long", "gradient_step", "golden_backward", "mask_gradient"
TINY = 1e-3  # of the largest gradient of its gate's part: what is smaller everywhere is let pass
RELATIVE, BIAS = 1e-5, 1e-4
Place = tuple[str, tuple[int, ...]]


def bank_of(name: str) -> Bank:
    """Return the practice bank of a contract."""
    bank = practice(*name.split("/"))
    assert bank is not None
    return bank


class Off(Variation):
    """One element of the gradient of a weight, one gate's part of it, or one gate's bias is off."""

    name = ""
    place: tuple[int, ...] = ()
    by = RELATIVE
    forward = False

    def inner_params(self, spec: Spec) -> Arrays:
        """Shift a bias, all units of a gate."""
        del spec
        if not self.forward:
            return dict(self.params)
        bias = np.array(self.params[self.name])
        bias[self.place] += self.by
        return {**self.params, self.name: bias}

    def _off(self, result: Arrays) -> Arrays:
        if self.forward or self.name not in result:
            return result
        found = np.array(result[self.name])
        if all(k < size for k, size in zip(self.place, found.shape, strict=False)):
            found[self.place] *= 1 + self.by
        return result | {self.name: found}

    def varied(self, given: Given) -> Arrays:
        """Compute a sequence."""
        return given.run(self.inner)

    def varied_vjp(self, given: GivenBack) -> Arrays:
        """Return the gradients of a sequence."""
        return self._off(given.gradients(self.inner))

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Return the gradients of one step."""
        return self._off(super().step_vjp(x, state, d_outputs, d_state))


def off(name: str, place: tuple[int, ...], by: float, *, forward: bool = False) -> Bind:
    """Return an implementation with one small error."""

    class Here(Off):
        pass

    Here.name, Here.place, Here.by, Here.forward = name, place, by, forward
    return Here


def finds(contract: Asked, bound: Bind, only: tuple[str, ...] = ()) -> bool:
    """Say whether a check with marks fails on a case of the bank."""
    bank = bank_of(contract.name)
    wrong = within(bound, contract.claims)
    for pair in bank.pairs:
        check = checks()[pair.check]
        if check.family == "advice" or (only and check.name not in only):
            continue
        if claimed(pair.record, contract.claims) and check.needs <= contract.claims:
            if run_pair(wrong, check, pair.record, prepared=bank).status == "failed":
                return True
    return False


def seen(contract: Asked) -> dict[Place, tuple[float, float]]:
    """Return for each element of each weight's gradient how large it is, and how well it is seen.

    That is its size beside the largest of its gate's part, and what a relative error of 1e-5 is of
    what a right answer may be off by, each on the case of the bank where it is most.
    """
    found: dict[Place, tuple[float, float]] = {}
    for allowance, name in _judged(contract):
        right = np.abs(allowance.expected)
        gate = allowance.gate or tuple(range(right.ndim))
        largest = np.max(right, axis=gate, keepdims=True)
        many = np.sum(right > 0, axis=gate, keepdims=True) >= FEW
        alone = np.where(many & (allowance.gate is not None), FINE, 1.0)
        with np.errstate(all="ignore"):
            share = np.where(right > 0, RELATIVE * right / (alone * allowance.elements()), 0.0)
            size = np.where(right > 0, right / largest, 0.0)
        for place in np.ndindex(right.shape):
            before = found.get((name, place), (0.0, 0.0))
            here = float(size[place]), float(share[place])
            found[name, place] = max(before[0], here[0]), max(before[1], here[1])
    return found


def _judged(contract: Asked) -> Iterator[tuple[Allowance, str]]:
    """Yield each weight's gradient on each case of a bank: float64 judged by float32's allowance."""
    bank = bank_of(contract.name)
    call = "sequence" if "sequence_vjp" in contract.claims else "step"
    for pair in bank.pairs:
        if pair.check not in DIRECT:
            continue
        stored, truth = bank.truth(pair.record, "float64"), Truth(bank.case(pair.record), "float32")
        truth.computed = "float64"
        right = stored.gradients if call == "sequence" else stored.first_step_gradients
        for name in (n for n in right if n.removeprefix("d.") in truth.case.params):
            one = {name: right[name]}
            allowance = truth.gradient(one, one, call)[0].allowed
            assert isinstance(allowance, Allowance)
            yield allowance, name


@pytest.mark.parametrize("name", GRADIENTS)
def test_one_element_is_found(name: str) -> None:
    """1e-5 of any element of a gradient that is not tiny wherever it is asked for, in float64."""
    contract = CONTRACTS[name]
    found = seen(contract)
    assert {place for place, (size, share) in found.items() if share <= 1 and size > TINY} == set()
    assert np.mean([share > 1 for _, share in found.values()]) > 0.98
    places = [place for place in found if found[place][1] > 1]
    for worst in sorted(places, key=lambda place: found[place][1])[:3]:
        assert finds(contract, off(*worst, RELATIVE), DIRECT), worst


def _gates(contract: Asked) -> Iterator[tuple[str, int]]:
    bank = bank_of(contract.name)
    params = bank.cases[bank.pairs[0].record].params
    for name, array in params.items():
        if "bias" in name:
            yield from ((name, gate) for gate in range(len(array) if "bias_o" not in name else 1))


@pytest.mark.parametrize("name", CONTRACTS)
def test_one_gate_is_found(name: str) -> None:
    """1e-4 in one gate's bias, and of the gradient of one gate's bias, in float64."""
    contract = CONTRACTS[name]
    for bias, gate in _gates(contract):
        assert finds(contract, off(bias, (gate,), BIAS, forward=True)), (bias, gate)
        if name in GRADIENTS:
            assert finds(contract, off(f"d.{bias}", (gate,), BIAS), DIRECT), (bias, gate)


def single(
    spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
) -> Implementation:
    """Compute in float32, whatever is asked for."""
    del dtype
    return bind(spec, {n: a.astype(np.float32) for n, a in params.items()}, "float32", device)


@pytest.mark.parametrize("name", CONTRACTS)
def test_float32_passes(name: str) -> None:
    """Rounding to float32 moves most elements: none is taken for an error that stands alone."""
    contract, bank = CONTRACTS[name], bank_of(name)
    for pair in bank.pairs:
        ended = run_pair(
            within(single, contract.claims), checks()[pair.check], pair.record, prepared=bank
        )
        assert ended.status in ("passed", "not claimed") or ended.family == "advice", ended

"""Cases: pure, exact, of distinct sizes, neither saturated nor special, and remembering if long."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.names import Array, Arrays, output_part
from rnncheck.protocol.spec import Padding, Spec, SpecError
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import LARGE, Case, CaseSpec, case_spec_from_json, make_case
from rnncheck.suites.cases import general, long, narrow, padded
from rnncheck.suites.check import checks
from rnncheck.suites.draw import Draw
from tests.catching import SPECS

MORE = {
    "elman identity": Spec("elman", 2, (3,), activation="identity"),
    "elman no biases": Spec("elman", 2, (3,), biases="none"),
    "elman relu no biases": Spec("elman", 2, (3,), activation="relu", biases="none"),
    "lstm identity": Spec("lstm", 2, (3,), activation="identity"),
    "lstm uneven forget bias": Spec("lstm", 2, (3,), forget_bias=0.1),
    "lstm narrow clip": Spec("lstm", 2, (3,), cell_clip=0.5),
    "lstm clip 3": Spec("lstm", 2, (3,), cell_clip=3.0, projection=2, peepholes=True),
    "lstm other gates": Spec("lstm", 2, (3,), gates=("i", "g", "f", "o")),
    "gru reset before only": Spec("gru", 2, (3,), reset="before"),
    "gru z takes": Spec("gru", 2, (3,), update="z_takes"),
    "gru identity": Spec("gru", 2, (3,), activation="identity"),
}
ALL = SPECS | MORE
PADDED = Spec("gru", 2, (3,), padding=Padding("zero", "initial", "any"))


def arrays(case: Case) -> Arrays:
    """Return every array of numbers of a case by a name."""
    found: Arrays = {"x": case.x, "d_outputs": case.d_outputs}
    for kind, group in (("", case.params), ("state.", case.state or {}), ("d.", case.d_state)):
        found |= {kind + name: array for name, array in group.items()}
    return found


def records(spec: Spec) -> list[CaseSpec]:
    """Return every record that a check replays for a spec, golden ones left out, each once."""
    found = [record for check in checks().values() for record in check.cases(spec)]
    return [record for record in dict.fromkeys(found) if not record.golden]


def grid_of(record: CaseSpec, name: str) -> int:
    """Return of which part of 1 the numbers of an array are multiples."""
    parameter = not name.startswith(("state.", "d.", "d_")) and name != "x"
    return 64 * 64 if record.remember and parameter else 64


@pytest.mark.parametrize("name", ALL)
def test_numbers_are_exact_and_below_four(name: str) -> None:
    """Multiples of 1/64, of a power of two in long cases' parameters; exact in float32.

    Large upstream gradients are 256 times what is below four.
    """
    for record in records(ALL[name]):
        for what, array in arrays(make_case(record)).items():
            grid = grid_of(record, what)
            assert np.all(array * grid == np.round(array * grid)), (record, what)
            large = LARGE if record.upstream == "large" and what.startswith(("d_", "d.")) else 1
            assert np.all(np.abs(array) < 4 * large), (record, what)
            assert np.all(array.astype(np.float32) == array), (record, what)
            if grid == 64:
                assert np.all(array.astype(np.float16) == array), (record, what)


@pytest.mark.parametrize("name", ["elman", "lstm peepholes", "gru"])
def test_equal_records_make_equal_cases(name: str) -> None:
    """A case is a pure function of its record: again, and from JSON, the same bytes."""
    for record in records(SPECS[name]):
        again = case_spec_from_json(json.loads(json.dumps(record.to_json())))
        assert again == record
        assert hash(again) == hash(record)
        first, second = make_case(record), make_case(again)
        assert arrays(first).keys() == arrays(second).keys()
        for what, array in arrays(first).items():
            assert array.tobytes() == arrays(second)[what].tobytes(), (record, what)
        assert np.array_equal(first.valid, second.valid)


def test_frozen_numbers_of_a_seed() -> None:
    """The stream of a seed is that of random.Random(seed).random() on every machine."""
    assert (Draw(1).array((4,), 1.0) * 64).tolist() == [-47.0, 44.0, 34.0, -31.0]
    assert Draw(1).array((3, 2), 9.0).max() < 4


def test_every_part_of_a_record_changes_the_case() -> None:
    """Another seed, state, upstream gradient or scale makes other numbers."""
    record = CaseSpec(SPECS["lstm"], batch=3)
    usual = make_case(record)
    other = make_case(replace(record, seed=2))
    assert all(not np.array_equal(a, arrays(other)[n]) for n, a in arrays(usual).items())
    assert make_case(replace(record, state="none")).state is None
    zero = make_case(replace(record, state="zero")).state
    assert zero is not None
    assert all(not array.any() for array in zero.values())
    final = make_case(replace(record, upstream="final"))
    assert not final.d_outputs.any()
    assert all(array.any() for array in final.d_state.values())
    large = make_case(replace(record, upstream="large"))
    assert np.array_equal(large.d_outputs, LARGE * usual.d_outputs)
    assert np.array_equal(large.d_state["h"], LARGE * usual.d_state["h"])
    small = make_case(replace(record, scale=0.25)).params["weight_ih"]
    assert 0 < np.abs(small).max() < np.abs(usual.params["weight_ih"]).max() / 2


@pytest.mark.parametrize("name", ALL)
def test_general_cases_have_distinct_sizes(name: str) -> None:
    """T, B, D and H differ in all but the simple case, and none of them is 1."""
    for record in general(ALL[name])[1:]:
        sizes = (record.steps, record.batch, record.spec.input_size, *record.spec.hidden_sizes)
        assert len({*sizes, 1}) == 5, record
        assert record.spec.output_size not in sizes
        assert record.spec.projection not in sizes[2:]


@pytest.mark.parametrize("name", ALL)
def test_pre_activations_are_neither_small_nor_saturated(name: str) -> None:
    """The standard deviation of all pre-activations of a case lies between 0.5 and 3.5."""
    for record in (*general(ALL[name]), *narrow(ALL[name])):
        case = make_case(record)
        trace = bind(case.spec, case.params).sequence(case.x, case.state)
        parts = [a.ravel() for n, a in trace.items() if n.startswith("trace.a")]
        assert 0.5 <= np.concatenate(parts).std() <= 3.5, record


def is_special(array: Array) -> bool:
    """Say whether an array is constant, zero, or a symmetric matrix or stack of them."""
    if array.size < 2:
        return not array.any()
    square = array.ndim > 1 and array.shape[-1] == array.shape[-2] > 1
    return bool(np.ptp(array) == 0 or (square and np.array_equal(array, array.swapaxes(-1, -2))))


@pytest.mark.parametrize("name", ALL)
def test_no_array_is_constant_zero_or_symmetric(name: str) -> None:
    """An array that is, tests nothing; only what a record asks to be zero may be so."""
    for record in records(ALL[name]):
        for what, array in arrays(make_case(record)).items():
            asked = (what == "d_outputs" and record.upstream == "final") or (
                what.startswith("state.") and record.state == "zero"
            )
            assert is_special(array) == asked, (record, what, array)


@pytest.mark.parametrize("name", ALL)
def test_the_initial_state_is_used_in_every_row(name: str) -> None:
    """No row of a given random state is zero."""
    for record in general(ALL[name]):
        for part, array in (make_case(record).state or {}).items():
            assert array.any(axis=-1).all(), (record, part)


def memory(case: Case) -> float:
    """Return the largest norm over rows of the matrix dh_T/dh_0 (Jordan's y for h) of a case."""
    reference, columns, part = bind(case.spec, case.params), [], output_part(case.spec)
    nothing = np.zeros_like(case.d_outputs)
    for unit in range(case.d_state[part].shape[1]):
        d_state = {name: np.zeros_like(array) for name, array in case.d_state.items()}
        d_state[part][:, unit] = 1
        result = reference.sequence_vjp(case.x, case.state, nothing, d_state)
        columns.append(result[f"d.state.{part}"])
    jacobians = np.stack(columns, axis=1)  # (B, R, R)
    return float(max(np.linalg.norm(jacobian, 2) for jacobian in jacobians))


@pytest.mark.parametrize("name", ALL)
def test_long_cases_remember(name: str) -> None:
    """There are two of T >= 40, and dh_T/dh_0 neither vanishes nor explodes over them."""
    found = long(ALL[name])
    assert len(found) == 2
    for record in found:
        assert record.steps >= 40
        assert record.upstream == "final"
        assert 1e-4 <= memory(make_case(record)) <= 1e2, record


def test_padded_cases_have_every_kind_of_length() -> None:
    """Rows of length 0, 1, T and between, as lengths and as masks, and a mask with a gap."""
    found = padded(PADDED)
    for masked in (False, True):
        lengths = {(n, r.steps) for r in found if r.masked == masked for n in r.lengths}
        assert {(0, 6), (1, 6), (6, 6)} <= lengths
        assert any(1 < n < steps for n, steps in lengths)
    masks = [make_case(record).mask for record in found if record.masked and not record.lengths]
    assert len(masks) == 1
    assert masks[0] is not None
    falling = np.diff(masks[0].astype(int), axis=0) < 0  # (T - 1, B)
    assert np.any(falling[:-1] & masks[0][2:]), "no row goes on after a gap"
    assert not masks[0][0].all(), "no row starts late"


def test_the_rule_right_has_no_mask_of_any_pattern() -> None:
    """A spec whose masks must be right-padded gets masks of lengths only."""
    for record in padded(PADDED.with_(padding=Padding("zero", "initial", "right"))):
        assert record.lengths


def test_valid_steps() -> None:
    """Which steps count: all, those of the lengths, or those of the mask."""
    spec = SPECS["elman"]
    assert make_case(CaseSpec(spec, steps=2, batch=1)).valid.tolist() == [[True], [True]]
    right = [[True, False], [False, False]]
    lengths = CaseSpec(spec, steps=2, batch=2, lengths=(1, 0))
    assert make_case(lengths).valid.tolist() == right
    masked = make_case(replace(lengths, masked=True))
    assert masked.lengths is None
    assert masked.valid.tolist() == right


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"steps": -1}, "T >= 0 and B >= 1, not T=-1"),
        ({"batch": 0}, "B=0"),
        ({"lengths": (1, 2, 3)}, "3 lengths were given for B=2 rows"),
        ({"lengths": (1, 5)}, "must lie between 0 and T=4"),
        ({"lengths": (-1, 2)}, "must lie between 0 and T=4"),
        ({"state": "ones"}, "allowed: random, zero, none"),
        ({"upstream": "some"}, "allowed: all, large, final"),
        ({"split": 4}, "at least 0 and below T=4"),
        ({"split": -1}, "at least 0 and below T=4"),
    ],
)
def test_a_bad_record_is_refused(fields: dict[str, Any], words: str) -> None:
    """A record that makes no case is refused with a sentence."""
    with pytest.raises(ValueError, match=words):
        CaseSpec(SPECS["elman"], **fields)


def test_bad_json_of_a_record_is_refused() -> None:
    """A field too many, no spec, or a bad spec: a sentence says what is allowed."""
    good = CaseSpec(SPECS["gru"]).to_json()
    with pytest.raises(ValueError, match=r"'colour'.* allowed: .*'steps'"):
        case_spec_from_json(good | {"colour": "red"})
    with pytest.raises(ValueError, match="spec is needed"):
        case_spec_from_json({"steps": 3})
    with pytest.raises(SpecError, match="cell"):
        case_spec_from_json({"spec": good["spec"] | {"cell": "elm"}})
    assert case_spec_from_json({"spec": good["spec"]}) == CaseSpec(SPECS["gru"])

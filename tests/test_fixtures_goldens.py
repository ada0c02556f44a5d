"""The frozen goldens: correctly rounded, agreed by a second producer, worth testing with."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from rnncheck.fixtures.compute import compute
from rnncheck.fixtures.files import FOLDER, names, path_of, read, read_manifest
from rnncheck.fixtures.golden import Golden
from rnncheck.fixtures.operation_records import operation_records
from rnncheck.fixtures.records import EXAMPLE, EXAMPLES, records
from rnncheck.protocol.names import layer_width, prefixes, result_shapes
from tests.transcription_producer import NAME, Transcription, places, results, valid_steps

NAMES = sorted(records())
DRAWN = [name for name in NAMES if name not in EXAMPLES]
EVERY = pytest.mark.parametrize("name", NAMES)
ADVICE = "compare it again: python -m tests.transcription_producer"


def exact(values: Any) -> Any:
    """Turn floats in nested lists into mpmath numbers, which hold them exactly."""
    return [exact(value) for value in values] if isinstance(values, list) else mpmath.mpf(values)


def exact_factors(kept: Any, keep: float) -> Any:
    """Divide each number of nested lists by the keep probability, with mpmath's digits."""
    if isinstance(kept, list):
        return [exact_factors(value, keep) for value in kept]
    return mpmath.mpf(kept) / mpmath.mpf(keep)


def transcribed(golden: Golden) -> dict[str, Any]:
    """Run the transcription with 40 digits and round each number to the nearest float64."""
    with mpmath.workdps(40):
        bound = Transcription(golden.spec, golden.params)
        bound.params = {name: exact(values) for name, values in bound.params.items()}
        x = golden.arguments["x"]
        valid = valid_steps(x, golden.given("lengths"), golden.given("mask"))
        state = {part: exact(array.tolist()) for part, array in golden.state.items()}
        gates = golden.spec.dropout.draw == "gate"
        kept = {
            name: m if gates else np.broadcast_to(m, (len(x), *m.shape[-2:]))
            for name, m in golden.dropout.items()
        }
        drop = {
            name: exact_factors(m.tolist(), getattr(golden.spec.dropout, f"{name}_keep"))
            for name, m in kept.items()
        }
        rows = bound.rows(exact(x.tolist()), state, valid, mpmath, drop)
        found = results(rows)
        return {
            name: np.array([float(pick(values, place)) for place in places(values)])
            for name, values in found.items()
        }


def pick(values: Any, place: tuple[int, ...]) -> Any:
    """Return one number of nested lists."""
    for index in place:
        values = values[index]
    return values


@EVERY
def test_forward_is_what_the_formulas_say_to_the_last_bit(name: str) -> None:
    """Every intermediate value equals the scalar transcription, both rounded once."""
    golden = read(name)
    found = transcribed(golden)
    assert found.keys() == golden.forward.keys()
    for key, values in golden.forward.items():
        assert found[key].tolist() == values.ravel().tolist(), key


@EVERY
def test_gradients_are_what_the_formulas_say(name: str) -> None:
    """Complex-step differences of the transcription, number by number, agree to rounding."""
    golden = read(name)
    bound = Transcription(golden.spec, golden.params)
    padding = golden.given("lengths"), golden.given("mask"), golden.dropout or None
    x, d_outputs = golden.arguments["x"], golden.arguments["d_outputs"]
    found: dict[str, Any] = dict(
        bound.sequence_vjp(x, golden.state, d_outputs, golden.d_state, *padding)
    )
    assert found.keys() == golden.backward.keys()
    for key, expected in golden.backward.items():
        assert np.abs(found[key] - expected).max() <= 1e-13 * np.abs(expected).max(), key


@EVERY
def test_manifest_records_both_producers(name: str) -> None:
    """A golden that changed has lost its second producer until it is compared again."""
    producers = read_manifest()["goldens"][name]["producers"]
    assert producers[0] == "numpy-mpmath"
    assert NAME in producers, ADVICE


def test_manifest_names_the_table() -> None:
    """The manifest, the table of records and the files in the folder are the same goldens."""
    files = sorted(
        p.relative_to(FOLDER).with_suffix("").as_posix() for p in FOLDER.glob("*/*.json")
    )
    assert sorted(names()) == sorted([*NAMES, *operation_records()]) == files


def test_goldens_are_small() -> None:
    """All of them together stay under 4 MB."""
    assert sum(path.stat().st_size for path in FOLDER.glob("**/*.json")) < 4_000_000


@EVERY
def test_golden_has_the_names_and_shapes_of_the_protocol(name: str) -> None:
    """Results are those of sequence and sequence_vjp, with traces besides."""
    golden = read(name)
    steps, batch = golden.arguments["x"].shape[:2]
    for call, found in (("sequence", golden.forward), ("sequence_vjp", golden.backward)):
        shapes = {n: a.shape for n, a in found.items() if "trace." not in n}
        assert shapes == result_shapes(golden.spec, call, steps, batch)
    for part, start in golden.state.items():
        assert golden.forward[f"trace.{part}"].shape == (steps, *start.shape)
        assert golden.backward[f"d.trace.{part}"].shape == (steps, *start.shape)


@pytest.mark.parametrize("name", DRAWN)
def test_golden_is_worth_testing_with(name: str) -> None:
    """Sizes differ, T is at least 3, states and upstream are non-zero, gates are not saturated."""
    golden = read(name)
    spec, (steps, batch) = golden.spec, golden.arguments["x"].shape[:2]
    layers = set(spec.hidden_sizes) if "alike" in name or spec.projection else spec.hidden_sizes
    sizes = [steps, batch, spec.input_size, *layers]
    sizes += [size for size in (spec.output_size, spec.projection) if size]
    sizes += [layer_width(spec, k) for k in range(len(layers)) if len(spec.directions) > 1]
    assert len(set(sizes)) == len(sizes)
    assert min(sizes) > 1
    assert steps >= 3
    for key, array in golden.arguments.items():
        if key.startswith("dropout."):
            assert set(array.ravel()) == {0.0, 1.0}, key
        elif key not in ("lengths", "mask"):
            assert array.all(), key
            assert np.abs(array).max() < 4, key
            assert np.array_equal(array * 64, np.round(array * 64)), key
            assert array.size < 2 or (array.min() < 0 < array.max()), key
    for prefix in prefixes(spec):
        starts = (f"trace.{prefix}a", "trace.o_in")
        drawn = [a.ravel() for n, a in golden.forward.items() if n.startswith(starts)]
        values = np.concatenate(drawn)
        assert 1 <= values[values != 0].std() <= 3, prefix


@pytest.mark.parametrize("name", [n for n in DRAWN if records()[n].spec.cell_clip])
def test_cell_clip_bites(name: str) -> None:
    """A few initial c are above 3, and the bound changes some values of c and not all."""
    golden = read(name)
    bound = golden.spec.cell_clip
    assert (np.abs(golden.state["c"]) > 3).sum() >= 2
    changed = np.abs(golden.forward["trace.c_raw"]) > bound
    assert 2 <= changed.sum() < changed.size


def test_every_cell_and_option_has_two_goldens() -> None:
    """Each value of each option appears in two goldens of its cell or more."""
    options = "activation output_activation biases directions forget_bias peepholes cell_clip "
    options += "reset update"
    counts: dict[tuple[Any, ...], int] = {}
    for record in records().values():
        spec = record.spec
        padded = "lengths" * bool(record.lengths) + "mask" * bool(record.mask)
        keys = [(option, getattr(spec, option)) for option in options.split()]
        keys += [("projection", bool(spec.projection)), ("dense", bool(spec.output_size))]
        for key in [*keys, (padded, spec.padding.outputs)]:
            counts[(spec.cell, *key)] = counts.get((spec.cell, *key), 0) + 1
    assert {key: n for key, n in counts.items() if n < 2} == {}
    for cell in ("elman", "jordan", "lstm", "gru"):
        for padded in ("lengths", "mask"):
            assert counts[cell, padded, "zero"] >= 2
            assert counts[cell, padded, "repeat"] >= 2
        assert counts[cell, "directions", ("reverse",)] >= 2
        assert {counts[cell, "biases", b] > 1 for b in ("none", "single", "double")} == {True}
        assert counts[cell, "dense", True] >= 2


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru"])
def test_every_cell_has_networks_of_each_form(cell: str) -> None:
    """Deep with sizes that differ and with alike ones, in both directions, and both at once."""
    specs = [record.spec for record in records().values() if record.spec.cell == cell]
    forms = {(len(s.hidden_sizes), len(set(s.hidden_sizes)), len(s.directions)) for s in specs}
    assert {(2, 2, 1), (2, 1, 1), (1, 1, 2), (2, 1, 2)} <= forms


def test_reading_gives_what_was_computed() -> None:
    """A golden read from its file has the arrays that were written, bit for bit."""
    name = "lstm/all_options_five_steps"
    fresh, frozen = compute(records()[name]), read(name)
    assert (fresh.name, fresh.spec, fresh.seed) == (frozen.name, frozen.spec, frozen.seed)
    for part in ("arguments", "forward", "backward"):
        ours, theirs = getattr(fresh, part), getattr(frozen, part)
        assert ours.keys() == theirs.keys()
        for key, array in ours.items():
            assert array.dtype == theirs[key].dtype
            assert array.tobytes() == theirs[key].tobytes()


def test_an_unknown_name_is_answered_with_the_names() -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match=r"no golden is called 'lstm/x'; there are: elman/three"):
        read("lstm/x")


def test_floats_are_in_the_shortest_form() -> None:
    """One row of a matrix a line, as Python prints floats."""
    text = path_of(EXAMPLE).read_text()
    assert "[0.43599490214200376, 0.5496624778787091],\n" in text
    assert text.endswith("}\n")

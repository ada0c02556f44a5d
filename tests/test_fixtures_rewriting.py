"""Goldens in the words of implementations with other options, and which classes are asked."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Target
from rnncheck.fixtures.agreement import Producer, compare, needs
from rnncheck.fixtures.files import read, read_manifest
from rnncheck.fixtures.golden import Golden
from rnncheck.fixtures.records import records
from rnncheck.fixtures.rewriting import Question, plain, rewrite
from rnncheck.grading.opened import spec_of
from rnncheck.grading.producers import FRAMEWORKS, ask, classes
from rnncheck.protocol.spec import Padding, SpecError
from rnncheck.reference.implementation import bind
from rnncheck.suites.golden import golden_records

KERAS = Padding("repeat", "initial", "any")
BRIDGED: list[tuple[str, dict[str, Any]]] = [
    ("elman/double_bias_five_steps", {"biases": "single"}),
    ("lstm/peepholes_four_rows", {"biases": "single"}),
    ("gru/reset_before_five_steps", {"biases": "single"}),
    ("elman/single_bias_four_rows", {"biases": "double"}),
    ("gru/reset_after_single_bias_five_steps", {"biases": "double"}),
    ("lstm/no_bias_five_steps", {"biases": "single", "forget_bias": 1.0}),
    ("gru/no_bias_four_rows", {"biases": "double"}),
    ("lstm/forget_bias_five_steps", {"forget_bias": 0.0}),
    ("gru/z_takes_five_steps", {"update": "z_keeps"}),
    ("gru/reset_after_four_rows", {"update": "z_takes"}),
    ("lstm/reverse_four_rows", {"directions": ("forward",)}),
    ("gru/reverse_lengths_four_rows", {"directions": ("forward",), "padding": KERAS}),
    ("elman/lengths_four_rows", {"padding": KERAS, "time_major": False}),
    ("lstm/mask_five_steps", {"padding": KERAS, "biases": "single"}),
    ("gru/lengths_repeat_four_rows", {"padding": KERAS}),
    ("elman/relu_five_steps", {"padding": KERAS}),
    ("elman/bidirectional_four_steps", {"biases": "single"}),
    ("lstm/stacked_single_bias_four_steps", {"biases": "double", "forget_bias": 1.0}),
    ("lstm/stacked_forget_bias_lengths_three_rows", {"padding": KERAS, "forget_bias": 0.0}),
    ("gru/stacked_bidirectional_four_steps", {"update": "z_takes", "padding": KERAS}),
]
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("gru/reset_after_five_steps", {"biases": "single"}, "biases = 'double', not 'single'"),
    ("elman/double_bias_five_steps", {"biases": "none"}, "biases = 'double', not 'none'"),
    ("lstm/no_bias_five_steps", {"forget_bias": 1.0}, "forget_bias = 0.0, not 1.0"),
    ("gru/reset_after_five_steps", {"reset": "before"}, "reset = 'after', not 'before'"),
    ("elman/lengths_repeat_four_rows", {"padding": Padding()}, "outputs='repeat'"),
    ("elman/mask_four_rows", {"padding": Padding()}, "mask='any'"),
    ("elman/double_bias_five_steps", {"directions": ("reverse",)}, "directions = ('forward',)"),
]


def asked(changes: dict[str, Any], golden: Golden) -> Question:
    """Put a golden to an implementation whose spec differs from it in some fields."""
    return rewrite(plain(golden), golden.spec.with_(**changes))


@pytest.mark.parametrize(("name", "changes"), BRIDGED)
def test_rewritten_golden_has_the_same_results(name: str, changes: dict[str, Any]) -> None:
    """The reference under the other spec gives every number of the golden."""
    golden = read(name)
    assert asked(changes, golden).spec == golden.spec.with_(**changes) != golden.spec
    producer = Producer(bind, partial(asked, changes))
    (found,) = compare({"other": producer}, names=[name])
    assert (found.status, found.detail) == ("passed", "")


@pytest.mark.parametrize(("name", "changes"), BRIDGED)
def test_rewriting_rounds_nothing(name: str, changes: dict[str, Any]) -> None:
    """What is handed over is multiples of 1/64, and a golden's own arrays are left alone."""
    golden = read(name)
    question = asked(changes, golden)
    for key, array in question.arguments.items():
        assert np.array_equal(array * 64, np.round(array * 64)), key
    again = read(name)
    assert all(np.array_equal(golden.arguments[n], a) for n, a in again.arguments.items())


@pytest.mark.parametrize(("name", "changes", "said"), REFUSED)
def test_what_cannot_be_rewritten_is_refused(name: str, changes: dict[str, Any], said: str) -> None:
    """The field is named, with both values."""
    with pytest.raises(SpecError) as caught:
        asked(changes, read(name))
    assert said in str(caught.value)


def expresses(adapter: Adapter, target: Target, golden: Golden) -> bool:
    """Say whether a class is asked for a golden."""
    try:
        ask(adapter, target, golden)
    except SpecError:
        return False
    return True


CLASSES = [one for world in FRAMEWORKS.values() for one in classes(world)]
IDS = [f"{adapter.name}-{target.name}" for adapter, target in CLASSES]


@pytest.mark.parametrize(("adapter", "target"), CLASSES, ids=IDS)
def test_a_class_is_asked_for_its_goldens(adapter: Adapter, target: Target) -> None:
    """All that the suites ask of it, which differ from it in sizes alone, as they are; and more."""
    spec = spec_of(target.options)
    for record in golden_records(spec):
        golden = read(record.golden)
        if needs(golden.arguments) <= adapter.claims(record.spec):
            question = ask(adapter, target, golden)
            same = [question.arguments[n] is a for n, a in golden.arguments.items()]
            assert (question.spec, all(same)) == (record.spec, True)
    alone = len(spec.hidden_sizes) == len(spec.directions) == 1
    assert sum(expresses(adapter, target, read(name)) for name in records()) >= (2 if alone else 1)


def test_every_class_with_a_sequence_is_asked() -> None:
    """Each framework's layers, and the cells that it can run over time."""
    found = {adapter.name for adapter, _ in CLASSES}
    layers = {"torch_layer", "keras_layer", "keras_cell", "tf1_cell", "tf1_static"}
    assert layers | {"torch_dense", "keras_dense", "tf1_dense"} <= found
    networks = {
        f"{world}_{form}" for world in ("keras", "tf1") for form in ("stack", "bidirectional")
    }
    assert networks | {"torch_stack"} <= found
    assert found < {*adapters.names()}


def test_manifest_names_a_framework_where_one_can_express_the_golden() -> None:
    """Jordan networks and given masks of dropout, which none has, are held by the transcription."""
    entries = read_manifest()["goldens"]
    for name in records():
        golden = read(name)
        expressed = {
            framework
            for framework, world in FRAMEWORKS.items()
            if any(expresses(*one, golden) for one in classes(world))
        }
        assert expressed == {*entries[name]["producers"]} & {*FRAMEWORKS}, name
        assert bool(expressed) == (golden.spec.cell != "jordan" and not golden.dropout), name

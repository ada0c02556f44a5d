"""Every adapter's layout, with NumPy alone: maps there and back, native shapes, unique targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Target
from rnncheck.protocol.names import Arrays, flat, result_shapes
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec, make_case

ALL = [adapters.load(name) for name in adapters.names()]
TARGETS = [
    pytest.param(adapter, target, id=f"{adapter.name}-{target.name}")
    for adapter in ALL
    for target in adapter.targets
]
VARIATIONS: list[dict[str, Any]] = [
    {},
    {"biases": "none"},
    {"biases": "single"},
    {"hidden_sizes": (3, 3), "directions": ("forward", "reverse")},
    {"directions": ("reverse",)},
    {"projection": 2},
    {"gates": ("o", "g", "f", "i")},
    {"gates": ("n", "r", "z")},
]


def _specs(adapter: Adapter, target: Target) -> list[Spec]:
    """Return the target's specs that the adapter can express."""
    specs = []
    for change in VARIATIONS:
        options: dict[str, Any] = {**target.options, **change}
        try:
            specs.append(Spec(**{"input_size": 2, "hidden_sizes": (3,), **options}))
        except ValueError:
            continue
    return [spec for spec in specs if adapter.claims(spec)]


def _equal(got: Arrays, right: Arrays) -> bool:
    return got.keys() == right.keys() and all(np.array_equal(got[n], right[n]) for n in right)


def _calls(adapter: Adapter, spec: Spec) -> list[str]:
    calls = ("step", "sequence", "step_vjp", "sequence_vjp")
    return [call for call in calls if call in adapter.claims(spec)]


def test_names_leave_out_what_adapters_share() -> None:
    """A file whose name begins with "base" is no adapter."""
    assert adapters.names()
    assert not [name for name in adapters.names() if name.startswith("base")]
    with pytest.raises(ValueError, match="no adapter is called 'base'"):
        adapters.load("base")


@pytest.mark.parametrize("adapter", ALL, ids=lambda a: a.name)
def test_targets_have_names_of_their_own(adapter: Adapter) -> None:
    """The adapter bears its file's name, and two targets never share an id."""
    assert adapter.name in adapters.names()
    names = [target.name for target in adapter.targets]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_target_is_claimed(adapter: Adapter, target: Target) -> None:
    """A framework's own class offers at least one call, its gradient, and both dtypes."""
    spec = _specs(adapter, target)[0]
    assert {"float32", "float64", "cpu"} <= adapter.claims(spec)
    assert _calls(adapter, spec)
    assert {f"{c.removesuffix('_vjp')}_vjp" for c in _calls(adapter, spec)} <= adapter.claims(spec)


@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_layout_maps_parameters_there_and_back(adapter: Adapter, target: Target) -> None:
    """No number is lost, added or scaled."""
    for spec in _specs(adapter, target):
        params = make_case(CaseSpec(spec)).params
        native = adapter.layout.params_out(spec, params)
        assert _equal(adapter.layout.params_in(spec, native), params)
        numbers = np.sort(np.concatenate([a.ravel() for a in params.values()]))
        there = np.sort(np.concatenate([a.ravel() for a in native.values()]))
        assert np.array_equal(there, numbers)


@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_layout_maps_results_there_and_back(adapter: Adapter, target: Target) -> None:
    """Results come back as they were, and have the native shapes that the layout names."""
    for spec in _specs(adapter, target):
        for call in _calls(adapter, spec):
            shapes = result_shapes(spec, call, 5, 4)
            rng = np.random.default_rng(1)
            right: Arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
            native = adapter.layout.results_out(spec, call, right)
            assert _equal(adapter.layout.results(spec, call, native), right)
            named = adapter.layout.result_shapes(spec, call, 5, 4)
            assert named == {name: array.shape for name, array in native.items()}


@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_layout_treats_upstream_gradients_like_results(adapter: Adapter, target: Target) -> None:
    """d_outputs and d_state go out in the order in which outputs and state come back."""
    for spec in _specs(adapter, target):
        for call in {c.removesuffix("_vjp") for c in _calls(adapter, spec)}:
            case = make_case(CaseSpec(spec, steps=5, batch=4))
            outputs = case.d_outputs[0] if call == "step" else case.d_outputs
            x = case.x[0] if call == "step" else case.x
            upstream = flat(x=x, d_outputs=outputs, d_state=case.d_state)
            native = adapter.layout.arguments(spec, f"{call}_vjp", upstream)
            results = flat(outputs=outputs, state=case.d_state)
            there = adapter.layout.results_out(spec, call, results)
            for name, array in there.items():
                assert np.array_equal(native[f"d_{name}"], array), name

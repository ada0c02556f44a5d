"""Keras' cells stacked, layers in both directions and below a dense layer, against the reference."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_local import bind_target
from rnncheck.protocol.names import flat
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec, make_case

if os.environ.get("TF_USE_LEGACY_KERAS") == "1":
    pytest.skip("TF_USE_LEGACY_KERAS=1: this process is in the world tf1", allow_module_level=True)
pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
keras: Any = pytest.importorskip("keras", reason="Keras is not installed")

Hold = Callable[..., None]
STACK, BOTH = adapters.load("keras_stack"), adapters.load("keras_bidirectional")
DENSE = adapters.load("keras_dense")
TARGETS = [
    pytest.param(adapter, target, id=f"{adapter.name}-{target.name}")
    for adapter in (STACK, BOTH, DENSE)
    for target in adapter.targets
]
ROWS: dict[str, dict[str, Any]] = {
    "lengths": {"lengths": (1, 5, 2, 4)},
    "length 0": {"lengths": (1, 5, 0, 4)},
    "mask": {"masked": True},
    "none state": {"state": "none"},
}
CLAIMED = {"length 0": "zero_length", "mask": "mask"}


@pytest.fixture(autouse=True)
def _default_dtype() -> Any:
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def _spec(target: Target, **options: Any) -> Spec:
    given: dict[str, Any] = {"input_size": 2, "hidden_sizes": (3,), **target.options, **options}
    return Spec(**given)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_keras_network_equals_the_reference(
    adapter: Adapter, target: Target, rows: str, hold: Hold
) -> None:
    """A sequence and its gradients: lengths, length 0, masks."""
    spec = _spec(target)
    if CLAIMED.get(rows, "sequence") not in adapter.claims(spec):
        assert adapter is DENSE
        return
    case = make_case(CaseSpec(spec, steps=5, batch=4, **ROWS[rows]))
    hold(bind_target(adapter, target.path)(spec, case.params), case, "sequence")


@pytest.mark.parametrize(("adapter", "index"), [(STACK, 0), (BOTH, 0), (DENSE, 0)])
def test_keras_lstms_of_three_layers_equal_the_reference(
    adapter: Adapter, index: int, hold: Hold
) -> None:
    """Three layers of different sizes, in every adapter."""
    spec = _spec(adapter.targets[index], hidden_sizes=(3, 5, 4))
    case = make_case(CaseSpec(spec, steps=5, batch=4, lengths=(1, 5, 2, 4)))
    hold(bind_target(adapter, adapter.targets[index].path)(spec, case.params), case, "sequence")


@pytest.mark.parametrize("call", ["sequence", "sequence_vjp"])
@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_keras_network_rerun_lines_reproduce_the_call(
    adapter: Adapter, target: Target, call: str
) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    case = make_case(CaseSpec(_spec(target), steps=5, batch=4, lengths=(1, 5, 2, 4)))
    arrays = flat(x=case.x, state=case.state, lengths=case.lengths)
    if call.endswith("_vjp"):
        arrays |= flat(d_outputs=case.d_outputs, d_state=case.d_state)
    layout, name = adapter.layout, target.path.partition(":")[2]
    native = layout.arguments(case.spec, call, arrays)
    params, kind = layout.params_out(case.spec, case.params), getattr(keras.layers, name)
    runner = adapter.make({name: kind}, name, case.spec, params, "float64", "cpu")
    right = runner.call(call, native)
    names: dict[str, Any] = {key.replace(".", "_"): array for key, array in native.items()}
    names |= {"params": params, name: kind}
    exec("\n".join(layout.rerun(case.spec, call, name, list(native))), names)
    for key, array in right.items():
        assert np.array_equal(names[key.replace(".", "_")], array), key

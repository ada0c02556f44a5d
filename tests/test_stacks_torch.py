"""torch.nn's layers stacked, in both directions and below a dense layer, against the reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base import Adapter, Target
from rnncheck.adapters.base_local import bind, bind_target
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import flat
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec, make_case

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

STACK, DENSE = adapters.load("torch_stack"), adapters.load("torch_dense")
LAYER = adapters.load("torch_layer")
Hold = Callable[..., None]
BOTH = ("forward", "reverse")
TARGETS = [
    pytest.param(adapter, target, id=f"{adapter.name}-{target.name}")
    for adapter in (STACK, DENSE)
    for target in adapter.targets
]


@pytest.fixture(autouse=True)
def _default_dtype() -> Any:
    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)


def _spec(target: Target, **options: Any) -> Spec:
    given: dict[str, Any] = {"input_size": 2, "hidden_sizes": (3,), **target.options, **options}
    return Spec(**given)


OPTIONS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "three layers": {"hidden_sizes": (3, 5, 4)},
    "both directions": {"hidden_sizes": (4, 3), "directions": BOTH},
    "batch first, no biases": {"time_major": False, "biases": "none"},
}


@pytest.mark.parametrize("rows", [{"lengths": (1, 5, 2, 4)}, {"state": "none"}], ids=str)
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_torch_network_equals_the_reference(
    adapter: Adapter, target: Target, options: dict[str, Any], rows: dict[str, Any], hold: Hold
) -> None:
    """A sequence and its gradients, with a size of its own for each layer."""
    case = make_case(CaseSpec(_spec(target, **options), steps=5, batch=4, **rows))
    hold(bind_target(adapter, target.path)(case.spec, case.params), case, "sequence")


@pytest.mark.parametrize("lengths", [(), (1, 5, 2, 4)], ids=["full", "lengths"])
@pytest.mark.parametrize("target", LAYER.targets, ids=lambda t: t.name)
def test_torch_layer_in_each_form_equals_the_reference(
    target: Target, lengths: tuple[int, ...], hold: Hold
) -> None:
    """num_layers, bidirectional and proj_size of torch.nn's own layers."""
    case = make_case(CaseSpec(_spec(target), steps=5, batch=4, lengths=lengths))
    hold(bind_target(LAYER, target.path)(case.spec, case.params), case, "sequence")


def test_torch_lstm_of_128_and_256_units_equals_the_reference(hold: Hold) -> None:
    """Layers of the sizes of a deep network; their weights are small, so none saturates."""
    spec = _spec(STACK.targets[1], input_size=10, hidden_sizes=(128, 256))
    case = make_case(CaseSpec(spec, steps=3, scale=0.25))
    hold(bind_target(STACK, "torch.nn:LSTM")(spec, case.params), case, "sequence")


def test_torch_stack_is_not_one_layer_nor_dense() -> None:
    """Each adapter offers what it can express and nothing else."""
    one = _spec(STACK.targets[1], hidden_sizes=(3,))
    dense = _spec(DENSE.targets[1])
    assert not STACK.claims(one)
    assert not STACK.claims(dense)
    assert not DENSE.claims(one)
    assert STACK.claims(_spec(STACK.targets[1])) & DENSE.claims(dense) >= {"sequence", "lengths"}


class _Tail(torch.nn.LSTM):  # type: ignore[misc] # torch may be absent
    def forward(self, x: Any, hx: Any = None) -> Any:
        return super().forward(x, hx)[1]


def test_torch_stack_names_what_is_wrong() -> None:
    """A layer whose outputs are no tensor cannot feed the next."""
    case = make_case(CaseSpec(_spec(STACK.targets[1])))
    implementation = bind(STACK, {"LSTM": _Tail}, "LSTM", case.spec, case.params)
    with pytest.raises(Fault, match=r"asked for: the tuple \(outputs, \(h_n, c_n\)\)"):
        implementation.sequence(case.x, case.state)


@pytest.mark.parametrize("lengths", [(), (1, 5, 2, 4)], ids=["full", "lengths"])
@pytest.mark.parametrize("call", ["sequence", "sequence_vjp"])
@pytest.mark.parametrize(("adapter", "target"), TARGETS)
def test_torch_network_rerun_lines_reproduce_the_call(
    adapter: Adapter, target: Target, call: str, lengths: tuple[int, ...]
) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    case = make_case(CaseSpec(_spec(target), steps=5, batch=4, lengths=lengths))
    arrays = flat(x=case.x, state=case.state, lengths=case.lengths)
    if call.endswith("_vjp"):
        arrays |= flat(d_outputs=case.d_outputs, d_state=case.d_state)
    layout, name = adapter.layout, target.path.partition(":")[2]
    native = layout.arguments(case.spec, call, arrays)
    params = layout.params_out(case.spec, case.params)
    runner = adapter.make(vars(torch.nn), name, case.spec, params, "float64", "cpu")
    names: dict[str, Any] = {key.replace(".", "_"): array for key, array in native.items()}
    names |= {"params": params, name: getattr(torch.nn, name)}
    exec("\n".join(layout.rerun(case.spec, call, name, list(native))), names)
    for key, array in runner.call(call, native).items():
        got = names[key.replace(".", "_")].detach().numpy()
        assert np.array_equal(got, array), key

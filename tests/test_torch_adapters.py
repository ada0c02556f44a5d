"""torch.nn's own classes through the torch adapters, against the reference; and wrong classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnncheck import adapters
from rnncheck.adapters.base import Target
from rnncheck.adapters.base_local import bind, bind_target
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import flat
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import Case, CaseSpec, make_case

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

CELL, LAYER = adapters.load("torch_cell"), adapters.load("torch_layer")
Hold = Callable[..., None]
DTYPES = ("float64", "float32")
FORMS = {"hidden_sizes", "directions", "projection"}
PLAIN = [target for target in LAYER.targets if not FORMS & target.options.keys()]


@pytest.fixture(autouse=True)
def _default_dtype() -> Any:
    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)


def _spec(target: Target, **options: Any) -> Spec:
    given: dict[str, Any] = {"input_size": 2, "hidden_sizes": (3,), **target.options, **options}
    return Spec(**given)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("biases", ["double", "none"])
@pytest.mark.parametrize("target", CELL.targets, ids=lambda t: t.name)
def test_torch_cell_equals_the_reference(
    target: Target, biases: str, dtype: str, hold: Hold
) -> None:
    """One step and its gradients, with and without biases."""
    case = make_case(CaseSpec(_spec(target, biases=biases), batch=4))
    implementation = bind_target(CELL, target.path)(case.spec, case.params, dtype)
    hold(implementation, case, "step", dtype)
    assert implementation.facts["detached"] == []


@pytest.mark.parametrize("target", CELL.targets, ids=lambda t: t.name)
def test_torch_cell_starts_from_zero_without_a_state(target: Target) -> None:
    """No state given is the zero state."""
    case = make_case(CaseSpec(_spec(target), state="zero"))
    implementation = bind_target(CELL, target.path)(case.spec, case.params)
    got = implementation.step(case.x[0], None)
    assert np.array_equal(got["outputs"], implementation.step(case.x[0], case.state)["outputs"])


LAYERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no biases": {"biases": "none"},
    "batch first": {"time_major": False},
    "two layers": {"hidden_sizes": (3, 3)},
    "both directions": {"hidden_sizes": (3, 3), "directions": ("forward", "reverse")},
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lengths", [(), (1, 5, 2, 4)], ids=["full", "lengths"])
@pytest.mark.parametrize("options", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("target", PLAIN, ids=lambda t: t.name)
def test_torch_layer_equals_the_reference(
    target: Target, options: dict[str, Any], lengths: tuple[int, ...], dtype: str, hold: Hold
) -> None:
    """A sequence and its gradients: stacks, directions, batch first, packed lengths."""
    spec = _spec(target, **options)
    case = make_case(CaseSpec(spec, steps=5, batch=4, lengths=lengths))
    implementation = bind_target(LAYER, target.path)(spec, case.params, dtype)
    hold(implementation, case, "sequence", dtype)


def test_torch_lstm_with_projection_equals_the_reference(hold: Hold) -> None:
    """torch.nn.LSTM with proj_size, two layers in both directions."""
    options: dict[str, Any] = {**LAYERS["both directions"], "hidden_sizes": (4, 4)}
    spec = _spec(LAYER.targets[2], projection=3, **options)
    case = make_case(CaseSpec(spec, steps=5, batch=4, lengths=(1, 5, 2, 4)))
    hold(bind_target(LAYER, "torch.nn:LSTM")(spec, case.params), case, "sequence")


@pytest.mark.parametrize("target", PLAIN, ids=lambda t: t.name)
def test_torch_layer_starts_from_zero_without_a_state(target: Target, hold: Hold) -> None:
    """No state given is the zero state; then there is no gradient of it."""
    case = make_case(CaseSpec(_spec(target), state="none"))
    hold(bind_target(LAYER, target.path)(case.spec, case.params), case, "sequence")


class _Detached(torch.nn.LSTMCell):  # type: ignore[misc] # torch may be absent
    def forward(self, x: Any, hx: Any = None) -> Any:
        h, c = super().forward(x, hx)
        return h.detach(), c.detach()


class _Renamed(torch.nn.Module):  # type: ignore[misc] # torch may be absent
    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.W = torch.nn.Parameter(torch.zeros(4 * hidden_size, input_size))
        self.weight_hh = torch.nn.Parameter(torch.zeros(hidden_size, 4 * hidden_size))


class _OutputsOnly(torch.nn.LSTMCell):  # type: ignore[misc] # torch may be absent
    def forward(self, x: Any, hx: Any = None) -> Any:
        return super().forward(x, hx)[0]


class _Nothing(torch.nn.LSTMCell):  # type: ignore[misc] # torch may be absent
    def forward(self, x: Any, hx: Any = None) -> Any:
        super().forward(x, hx)


class _Numpy(torch.nn.LSTMCell):  # type: ignore[misc] # torch may be absent
    def forward(self, x: Any, hx: Any = None) -> Any:
        return tuple(part.detach().numpy() for part in super().forward(x, hx))


class _Changes(torch.nn.LSTMCell):  # type: ignore[misc] # torch may be absent
    def forward(self, x: Any, hx: Any = None) -> Any:
        h, c = super().forward(x.clone(), hx)
        x.mul_(2)
        return [h, c.detach()]


def _lstm(kind: Any) -> tuple[Case, Any]:
    case = make_case(CaseSpec(_spec(CELL.targets[2])))
    return case, lambda: bind(CELL, {"LSTMCell": kind}, "LSTMCell", case.spec, case.params)


@pytest.mark.parametrize(
    ("kind", "fault", "words"),
    [
        (_Detached, "error", "do not depend on the parameters"),
        (_Renamed, "error", r"weight_ih \(12, 2\) is missing; .*W \(12, 2\) is not expected"),
        (_Renamed, "error", r"weight_hh has shape \(3, 12\), asked for \(12, 3\)"),
        (_OutputsOnly, "error", r"torch.Tensor of shape \(2, 3\); asked for: the tuple \(h, c\)"),
        (_Nothing, "not_implemented", "gave back None"),
        (_Numpy, "error", "numpy.ndarray of shape"),
        (lambda *sizes: sizes, "error", "tuple is no torch.nn.Module"),
    ],
)
def test_torch_cell_names_what_is_wrong(kind: Any, fault: str, words: str) -> None:
    """A class that cannot be used is a fault, and the sentence says what was asked for."""
    case, make = _lstm(kind)
    with pytest.raises(Fault, match=words) as caught:
        make().step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    assert caught.value.kind == fault


def test_torch_cell_that_is_missing_is_not_implemented() -> None:
    """A name that the file lacks is no error of ours."""
    case, _ = _lstm(None)
    with pytest.raises(Fault, match="LSTMCell is not defined") as caught:
        bind(CELL, {}, "LSTMCell", case.spec, case.params)
    assert caught.value.kind == "not_implemented"


def test_torch_cell_reports_what_it_saw() -> None:
    """Changed arguments, containers, detached states are facts, never faults."""
    case, make = _lstm(_Changes)
    implementation = make()
    implementation.step_vjp(case.x[0], case.state, case.d_outputs[0], case.d_state)
    assert implementation.facts["changed"] == ["x"]
    assert implementation.facts["containers"] == {"state": "list"}
    assert implementation.facts["detached"] == ["state.c"]
    assert implementation.facts["dtypes"]["outputs"] == "float64"


def test_torch_device_that_is_absent_is_said_to_be() -> None:
    """A missing GPU is nobody's fault."""
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    case, _ = _lstm(None)
    with pytest.raises(Fault, match="no CUDA device") as caught:
        bind(CELL, vars(torch.nn), "LSTMCell", case.spec, case.params, "float64", "cuda")
    assert caught.value.kind == "absent"


RERUNS = [
    *((CELL, target, call) for target in CELL.targets for call in ("step", "step_vjp")),
    *((LAYER, target, call) for target in LAYER.targets for call in ("sequence", "sequence_vjp")),
]


@pytest.mark.parametrize(("adapter", "target", "call"), RERUNS)
def test_torch_rerun_lines_reproduce_the_call(adapter: Any, target: Target, call: str) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    spec = _spec(target)
    case = make_case(CaseSpec(spec, batch=4, steps=1 if adapter is CELL else 5))
    lengths = None if adapter is CELL else np.array([1, 5, 2, 4])
    x, d_outputs = (case.x[0], case.d_outputs[0]) if adapter is CELL else (case.x, case.d_outputs)
    arrays = flat(x=x, state=case.state, lengths=lengths)
    if call.endswith("_vjp"):
        arrays |= flat(d_outputs=d_outputs, d_state=case.d_state)
    layout, name = adapter.layout, target.path.partition(":")[2]
    native, params = layout.arguments(spec, call, arrays), layout.params_out(spec, case.params)
    right = adapter.make(vars(torch.nn), name, spec, params, "float64", "cpu").call(call, native)
    names = {key.replace(".", "_"): array for key, array in native.items()}
    names |= {"params": params, name: getattr(torch.nn, name)}
    exec("\n".join(layout.rerun(spec, call, name, list(native))), names)
    for key, array in right.items():
        got = names[key.replace(".", "_")].detach().numpy()
        assert np.array_equal(got, array), key

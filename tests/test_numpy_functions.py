"""The adapter of NumPy functions: right functions pass, arguments are as promised."""

import runpy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnncheck.adapters.base_functions import FunctionsLayout
from rnncheck.adapters.base_local import Local, bind
from rnncheck.adapters.numpy_functions import ADAPTER
from rnncheck.adapters.numpy_kernel import ADAPTER as KERNEL
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, flat
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind as reference
from rnncheck.suites.case import Case, CaseSpec, make_case
from rnncheck.worker.client import Session

SOLUTIONS = Path(__file__).parent / "solutions"
ORDERS: dict[str, list[tuple[str, ...]]] = {
    "elman": [("h",)],
    "lstm": [("i", "f", "g", "o"), ("o", "g", "i", "f")],
    "gru": [("r", "z", "n"), ("n", "r", "z")],
}
GATED = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
CELLS = [(cell, gates) for cell, orders in ORDERS.items() for gates in orders]


def solution(name: str) -> dict[str, Any]:
    """Return the names that a reference solution defines."""
    return runpy.run_path(str(SOLUTIONS / name / "numpy.py"))


def case_of(cell: str, gates: tuple[str, ...] = (), **options: Any) -> Case:
    """Make a case of a cell with all sizes different."""
    spec = Spec(cell, input_size=2, hidden_sizes=(4,), gates=gates)
    return make_case(CaseSpec(spec, steps=5, batch=3, **options))


def bound(case: Case, **functions: Any) -> Local:
    """Bind functions to the case's parameters, in this process."""
    return bind(ADAPTER, functions, "forward", case.spec, case.params)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("cell", "gates"), CELLS)
def test_numpy_layer_matches_reference(
    hold: Callable[..., None], cell: str, gates: tuple[str, ...], dtype: str
) -> None:
    """Forward and backward of right functions, whatever the protocol's order of gates."""
    case = case_of(cell, gates)
    namespace = solution(f"{cell}-backward")
    hold(
        bind(ADAPTER, namespace, "forward", case.spec, case.params, dtype), case, "sequence", dtype
    )


@pytest.mark.parametrize(("cell", "gates"), CELLS)
def test_numpy_layer_matches_reference_in_a_worker(
    hold: Callable[..., None], cell: str, gates: tuple[str, ...]
) -> None:
    """The same numbers come out of a worker's process."""
    case = case_of(cell, gates)
    source = (SOLUTIONS / f"{cell}-backward" / "numpy.py").read_bytes()
    with Session.start("numpy") as session:
        names = ["forward", "backward"]
        loaded = session.load_source("numpy_functions", source, "mine.py", names)
        hold(loaded.bind(case.spec, case.params), case, "sequence")


@pytest.mark.parametrize(("cell", "gates"), CELLS)
def test_numpy_cell_matches_reference(cell: str, gates: tuple[str, ...]) -> None:
    """One step gives the first step of the layer, and the same final state."""
    case = case_of(cell, gates)
    step = bound(case, **solution(f"{cell}-cell")).step(case.x[0], case.state)
    one = bound(case, **solution(f"{cell}-backward")).sequence(case.x[:1], case.state)
    assert step.keys() == one.keys()
    assert np.allclose(step["outputs"], one["outputs"][0], rtol=1e-14)
    for part in ADAPTER.layout.state_out(case.spec, case.state or {}):
        assert np.allclose(step[f"state.{part}"], one[f"state.{part}"], rtol=1e-14)


@pytest.mark.parametrize("biases", ["none", "single", "double"])
@pytest.mark.parametrize(("cell", "gates"), CELLS)
def test_numpy_layout_stacks_gates_as_torch_does(
    cell: str, gates: tuple[str, ...], biases: str
) -> None:
    """The H rows of each gate lie in PyTorch's order, and the way back is exact."""
    spec = Spec(cell, input_size=2, hidden_sizes=(4,), gates=gates, biases=biases, output_size=3)
    params = make_case(CaseSpec(spec)).params
    native = ADAPTER.layout.params_out(spec, params)
    for row, gate in enumerate(ORDERS[cell][0]):
        for name in set(native) - {"weight_ho", "bias_o"}:
            mine = native[name][4 * row : 4 * row + 4]
            assert np.array_equal(mine, params[name][gates.index(gate)])
    back = ADAPTER.layout.params_in(spec, native)
    assert back.keys() == params.keys()
    assert all(np.array_equal(back[name], params[name]) for name in params)


def test_numpy_layout_with_peepholes_projection_and_layers() -> None:
    """Peepholes, projection and the names of layers and directions pass through."""
    spec = Spec(
        "lstm",
        input_size=2,
        hidden_sizes=(4, 5),
        directions=("forward", "reverse"),
        gates=("f", "i", "o", "g"),
        peepholes=True,
        projection=3,
    )
    params = make_case(CaseSpec(spec)).params
    native = ADAPTER.layout.params_out(spec, params)
    assert native["weight_ih_l1_reverse"].shape == (20, 6)
    assert np.array_equal(native["peephole_l0"], params["l0.peephole"])
    back = ADAPTER.layout.params_in(spec, native)
    assert all(np.array_equal(back[name], params[name]) for name in params)


BOTH = ("forward", "reverse")
DEEP = Spec("lstm", 2, (4, 5), gates=("o", "g", "i", "f"))
WAYS = Spec("gru", 2, (4,), directions=BOTH)
ALL = Spec("lstm", 2, (4, 5), directions=BOTH)


@pytest.mark.parametrize(("name", "spec"), [("lstm-deep", DEEP), ("gru-bidirectional", WAYS)])
def test_numpy_network_matches_reference(name: str, spec: Spec) -> None:
    """Outputs and the state of every layer and direction; lengths where the function takes them."""
    lengths = (5, 0, 2) if name == "gru-bidirectional" else ()
    case = make_case(CaseSpec(spec, steps=5, batch=3, lengths=lengths))
    got = bound(case, **solution(name)).sequence(case.x, case.state, case.lengths)
    right = reference(spec, case.params).sequence(case.x, case.state, case.lengths)
    assert got.keys() == {n for n in right if not n.startswith("trace.")}
    assert all(np.allclose(array, right[n], rtol=1e-13, atol=1e-14) for n, array in got.items())


@pytest.mark.parametrize("spec", [DEEP, WAYS, ALL])
def test_numpy_layout_of_states_has_a_way_back(spec: Spec) -> None:
    """Directions are stacked, layers are not: their sizes may differ."""
    state = make_case(CaseSpec(spec, batch=3)).state or {}
    native = ADAPTER.layout.state_out(spec, state)
    back = ADAPTER.layout.state_in(spec, native)
    assert back.keys() == state.keys()
    assert all(np.array_equal(back[name], state[name]) for name in state)
    ways = (2,) if len(spec.directions) > 1 else ()
    assert {array.shape for array in native.values()} == {
        (*ways, 3, size) for size in spec.hidden_sizes
    }


def test_numpy_states_of_layers_are_nested() -> None:
    """A tuple with (h, c) of each layer goes in; another number of layers is told."""
    case = make_case(CaseSpec(DEEP, steps=5, batch=3))
    seen: list[Any] = []

    def forward(params: Arrays, x: Array, state: Any) -> Any:
        seen.append((sorted(params), [[part.shape for part in layer] for layer in state]))
        return np.zeros((5, 3, 5)), state[:1]

    with pytest.raises(
        Fault, match=r"the new state as \(\(l0_h, l0_c\), \(l1_h, l1_c\)\), one for"
    ):
        bound(case, forward=forward).sequence(case.x, case.state)
    ((names, shapes),) = seen
    assert names == sorted(f"{n}_l{k}" for k in (0, 1) for n in GATED)
    assert shapes == [[(3, 4), (3, 4)], [(3, 5), (3, 5)]]


def test_numpy_rerun_lines_of_layers_are_nested() -> None:
    """States as the function takes and gives them, parameters by PyTorch's names."""
    assert FunctionsLayout().rerun(DEEP, "sequence", "mine.forward", ["x"]) == [
        "outputs, ((state_l0_h, state_l0_c), (state_l1_h, state_l1_c)) = "
        "mine.forward(params, x, None)[:2]"
    ]
    lines = FunctionsLayout().rerun(WAYS, "sequence_vjp", "mine.forward")
    assert lines[0] == "cache = mine.forward(params, x, state_h)[2]"
    assert 'd_weight_hh_l0_reverse = d_params["weight_hh_l0_reverse"]' in lines


@pytest.mark.parametrize(("cell", "gates"), [one for one in CELLS if one[0] != "gru"])
def test_numpy_kernel_holds_x_before_h(cell: str, gates: tuple[str, ...]) -> None:
    """[x, h] K + b is what the weights give, gate by gate, and the way back is exact."""
    spec = Spec(cell, 2, (4,), gates=gates, biases="single")
    params = make_case(CaseSpec(spec)).params
    native = KERNEL.layout.params_out(spec, params)
    assert native["kernel"].shape == (6, 4 * len(gates))
    for place, gate in enumerate(ORDERS[cell][0]):
        own = slice(4 * place, 4 * place + 4)
        assert np.array_equal(native["kernel"][:2, own].T, params["weight_ih"][gates.index(gate)])
        assert np.array_equal(native["kernel"][2:, own].T, params["weight_hh"][gates.index(gate)])
    back = KERNEL.layout.params_in(spec, native)
    assert all(np.array_equal(back[name], params[name]) for name in params)
    assert KERNEL.claims(spec) == ADAPTER.claims(spec)
    assert not KERNEL.claims(spec.with_(biases="double"))


@pytest.mark.parametrize("state", ["random", "none"])
@pytest.mark.parametrize("call", ["step", "sequence", "sequence_vjp"])
@pytest.mark.parametrize("cell", ORDERS)
def test_numpy_rerun_lines_reproduce_the_call(cell: str, call: str, state: str) -> None:
    """The lines that a student is shown give the numbers of the runner."""
    case = case_of(cell, state=state)
    functions = {**solution(f"{cell}-cell" if call == "step" else f"{cell}-backward")}
    functions["forward"] = zero_state(functions["forward"], case)
    arrays = flat(x=case.x[0] if call == "step" else case.x, state=case.state)
    if call.endswith("_vjp"):
        arrays |= flat(d_outputs=case.d_outputs, d_state=case.d_state)
    params = ADAPTER.layout.params_out(case.spec, case.params)
    runner = ADAPTER.make(functions, "forward", case.spec, params, "float64", "cpu")
    right = runner.call(call, arrays)
    names: dict[str, Any] = {key.replace(".", "_"): array for key, array in arrays.items()}
    names |= {"params": params, **functions}
    exec("\n".join(FunctionsLayout().rerun(case.spec, call, "forward", list(arrays))), names)
    for key, array in right.items():
        assert np.array_equal(names[key.replace(".", "_")], array), key


def zero_state(forward: Callable[..., Any], case: Case) -> Callable[..., Any]:
    """Let a forward take None as its state."""

    def wrapped(params: Arrays, x: Array, state: Any) -> Any:
        zeros = np.zeros((3, 4))
        blank = (zeros, zeros) if case.spec.cell == "lstm" else zeros
        return forward(params, x, blank if state is None else state)

    return wrapped


def test_numpy_rerun_lines_name_the_module() -> None:
    """A module before the name of forward is before backward too; lengths are handed over."""
    spec = Spec("gru", input_size=2, hidden_sizes=(4,), biases="none")
    given = ["x", "state.h", "lengths"]
    assert FunctionsLayout().rerun(spec, "sequence_vjp", "mine.forward", given) == [
        "cache = mine.forward(params, x, state_h, lengths=lengths)[2]",
        "d_params, d_x, d_state_h = mine.backward(cache, d_outputs, d_state_h)",
        'd_weight_ih = d_params["weight_ih"]',
        'd_weight_hh = d_params["weight_hh"]',
    ]


@pytest.mark.parametrize("state", ["random", "none"])
@pytest.mark.parametrize("cell", ["elman", "lstm"])
def test_numpy_arguments_are_as_promised(cell: str, state: str) -> None:
    """Functions get writable arrays of the dtype, states as PyTorch forms them, lengths by name."""
    case = case_of(cell, lengths=(5, 0, 2), state=state)
    seen: dict[str, Any] = {}

    def forward(params: Arrays, x: Array, state: Any, *, lengths: Array) -> Any:
        seen.update(params=params, x=x, state=state, lengths=lengths)
        zeros = np.zeros((3, 4), np.float32)
        return np.zeros((5, 3, 4)), (zeros, zeros) if cell == "lstm" else zeros

    local = bind(ADAPTER, {"forward": forward}, "forward", case.spec, case.params, "float32")
    local.sequence(case.x.astype(np.float32), case.state, case.lengths)
    for array in (*seen["params"].values(), seen["x"]):
        assert array.dtype == np.float32
        assert array.flags.writeable
        assert array.flags.c_contiguous
    assert np.array_equal(seen["lengths"], [5, 0, 2])
    if state == "none":
        assert seen["state"] is None
    elif cell == "lstm":
        assert type(seen["state"]) is tuple
        assert np.array_equal(seen["state"][1], case.state["c"] if case.state else [])
    else:
        assert seen["state"].shape == (3, 4)


def test_numpy_facts_tell_changed_arguments_and_containers() -> None:
    """Changes of a copy are named, hurt no later call, and containers are told."""
    case = case_of("lstm")
    right = solution("lstm-backward")

    def forward(params: Arrays, x: Any, state: Any) -> Any:
        answer = right["forward"](params, x.copy(), (state[0].copy(), state[1].copy()))
        x += 1
        params["weight_hh"][0, 0] = np.nan
        state[1][:] = 0
        return [*answer]

    def backward(cache: Any, d_outputs: Any, d_state: Any) -> Any:
        answer = right["backward"](cache, d_outputs.copy(), d_state)
        d_outputs[0] = 7
        return answer

    local = bound(case, forward=forward, backward=backward)
    first = local.sequence(case.x, case.state)
    changed = ["params.weight_hh", "x", "state.c"]
    assert local.facts["changed"] == changed
    assert local.facts["containers"] == {"forward": "list", "state": "tuple"}
    again = local.sequence(case.x, case.state)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    local.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state)
    assert local.facts["changed"] == [*changed, "d_outputs"]


def backward_of(change: Callable[[dict[str, Any], Any, Any], Any]) -> Callable[..., Any]:
    """Return a right backward whose result is changed."""
    backward = solution("gru-backward")["backward"]
    return lambda cache, d_outputs, d_state: change(*backward(cache, d_outputs, d_state))


WRONG: dict[str, tuple[Callable[[dict[str, Any], Any, Any], Any], str]] = {
    "two values": (lambda p, x, s: (p, x), "a tuple of 2 (dict, numpy.ndarray of shape (5, 3, 2))"),
    "nothing": (lambda p, x, s: None, "the call gave back None; asked for: (d_params, d_x, d_st"),
    "a list of gradients": (lambda p, x, s: ([*p.values()], x, s), "a dict with the names of"),
    "other names": (
        lambda p, x, s: ({f"d{n}": a for n, a in p.items()}, x, s),
        "d_params has no weight_ih, weight_hh, bias_ih, bias_hh; it has dweight_ih, dw",
    ),
    "two states": (lambda p, x, s: (p, x, (s, s)), "asked for: d_state0 as h"),
}


@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=WRONG)
def test_numpy_backward_of_wrong_form_is_told(change: Callable[..., Any], words: str) -> None:
    """What came back and what is asked for are both in the sentence."""
    case = case_of("gru")
    local = bound(case, **{**solution("gru-backward"), "backward": backward_of(change)})
    with pytest.raises(Fault) as caught:
        local.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state)
    assert words in str(caught.value)


def test_numpy_forward_without_a_cache_cannot_be_differentiated() -> None:
    """Where backward is called, forward must give its cache."""
    case = case_of("gru")
    right = solution("gru-backward")
    local = bound(case, forward=lambda *a: right["forward"](*a)[:2], backward=right["backward"])
    assert local.sequence(case.x, case.state)["outputs"].shape == (5, 3, 4)
    vjp = partial(local.sequence_vjp, case.x, case.state, case.d_outputs, case.d_state)
    with pytest.raises(Fault, match=r"tuple of 2.*\(outputs, final_state, cache\) from forward"):
        vjp()


def test_numpy_runs_on_the_cpu_only() -> None:
    """Another device is absent, which is nobody's fault."""
    case = case_of("gru")
    functions = solution("gru-backward")
    with pytest.raises(Fault, match="NumPy runs on the cpu") as caught:
        bind(ADAPTER, functions, "forward", case.spec, case.params, "float64", "cuda")
    assert caught.value.kind == "absent"


def test_numpy_claims_follow_the_order_of_axes() -> None:
    """A batch-major spec is claimed as such, and only so."""
    spec = Spec("gru", input_size=2, hidden_sizes=(4,))
    assert {"time_major", "sequence_vjp", "lengths"} <= ADAPTER.claims(spec)
    other = ADAPTER.claims(spec.with_(time_major=False))
    assert "batch_major" in other
    assert "time_major" not in other

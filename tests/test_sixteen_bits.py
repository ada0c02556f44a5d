"""float16 and bfloat16 where a framework has them, on frozen records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from rnncheck.grading.implementations import target_handles
from rnncheck.mistakes import mistakes
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import make_case
from rnncheck.suites.cases import general, long
from rnncheck.suites.check import checks
from rnncheck.suites.driver import run_pair
from rnncheck.suites.handle import Handle
from rnncheck.suites.precision import PRECISIONS, quantised

CHECKS = ("reference_sequence", "gradient_reference", "gradient_linear", "mask_state")
TARGETS = {
    "torch": ("torch_layer[torch.nn:LSTM]", ("float16", "bfloat16")),
    "keras3": ("keras_layer[keras.layers:LSTM]", ("float16",)),
    "tf1": ("tf1_cell[tensorflow.compat.v1:nn.rnn_cell.GRUCell]", ("float16",)),
}


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> Iterator[tuple[Handle, tuple[str, ...]]]:
    """A framework's own layer, in a worker, with the dtypes of 16 bits that it claims."""
    name, dtypes = TARGETS[request.param]
    handle = next(h for h in target_handles(request.param) if h.name == name)
    yield handle, dtypes
    handle.close()


def test_a_framework_passes_in_16_bits(target: tuple[Handle, tuple[str, ...]]) -> None:
    """Forward, backward, at large scale and under padding; not all may be too coarse to judge."""
    handle, dtypes = target
    assert {d for d in ("float16", "bfloat16") if d in handle.claims} == set(dtypes)
    cases = dict((c.name, r) for c, r in handle.plan())
    for dtype in dtypes:
        ended = {}
        for name in CHECKS:
            outcome = run_pair(handle.bind, checks()[name], cases[name][0], dtype)
            if outcome.status == "skipped":
                pytest.skip(outcome.message)
            ended[name] = outcome.status
            assert outcome.status in ("passed", "not judged"), (dtype, name, str(outcome.failure))
        assert ended["reference_sequence"] == "passed"
        assert list(ended.values()).count("passed") >= 3


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_dropout_of_torch_passes_in_16_bits(dtype: str) -> None:
    """Its masks come back; zeros at the last layer may be rounding's, and are not judged."""
    handle = next(h for h in target_handles("torch") if "nn:GRU[bidirectional drop" in h.name)
    for check, cases in handle.plan():
        if cases:
            outcome = run_pair(handle.bind, check, cases[0], dtype)
            if outcome.status == "skipped":
                pytest.skip(outcome.message)
            blurred = check.name == "dropout_last_layer"
            assert outcome.status == ("not judged" if blurred else "passed"), outcome
    handle.close()


@pytest.mark.parametrize("name", ["bias_hh_left_out", "gate_order_ifog"])
def test_mistakes_are_found_in_float16(name: str) -> None:
    """What is wrong by more than rounding fails in 16 bits too."""
    spec, check = Spec("lstm", 2, (3,)), checks()["reference_sequence"]
    assert run_pair(mistakes()[name].bind, check, general(spec)[1], "float16").status == "failed"
    assert run_pair(bind, check, general(spec)[1], "float16").status == "passed"


def test_bfloat16_is_the_nearest_number_of_eight_bits() -> None:
    """Ties to even, signs and infinities kept, NaN stays NaN; held as float32."""
    given = np.array([1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-9, 2.0**-130, np.inf, np.nan, 3.4e38])
    near = PRECISIONS["bfloat16"].rounded(given)
    assert near.dtype == np.float32
    right = [1.0, 1 + 2**-6, -1.0, 2.0**-130, np.inf, np.nan, np.inf]
    assert np.array_equal(near, right, equal_nan=True)


def test_a_quantised_case_is_one_that_the_dtype_holds() -> None:
    """Parameters, inputs, states and upstream gradients, all in float64 for the reference."""
    case = make_case(long(Spec("lstm", 2, (3,)))[0])
    held = quantised(case, "bfloat16")
    assert not np.array_equal(held.params["bias_ih"], case.params["bias_ih"])
    for array in (*held.params.values(), held.x, held.d_outputs, *held.d_state.values()):
        assert array.dtype == np.float64
        assert np.array_equal(PRECISIONS["bfloat16"].rounded(array), array)
    assert (
        make_case(general(Spec("gru", 2, (3,)))[0]).digest
        == quantised(make_case(general(Spec("gru", 2, (3,)))[0]), "float16").digest
    )

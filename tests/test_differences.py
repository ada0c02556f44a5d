"""Gradients by differences in place of BPTT: right numbers, but not within a call's limit."""

import numpy as np
import pytest

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec, make_case
from rnncheck.worker.client import Limits, Session
from tests.attacking import HERE
from tests.judging import home

pytestmark = home("numpy")

SPEC = Spec("elman", input_size=32, hidden_sizes=(64,))
PARAMETERS = 64 * 32 + 64 * 64 + 2 * 64
LIMIT = 1.5
HONEST = (HERE / "solutions" / "elman-backward" / "numpy.py").read_bytes()
# The gradient of every parameter by a complex step in it: a forward pass each.
DIFFERENCES = (
    HONEST
    + b"""
import numpy as np


def forward(params, x, state):
    return *_run(params, x, state), (params, x, state)


def _run(params, x, h):
    outputs = []
    for x_t in x:
        a = x_t @ params["weight_ih"].T + params["bias_ih"] + params["bias_hh"]
        h = np.tanh(a + h @ params["weight_hh"].T)
        outputs.append(h)
    return np.stack(outputs), h


def backward(cache, d_outputs, d_state):
    params, x, state = cache
    d_params = {}
    for name, value in params.items():
        d_params[name] = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            moved = value.astype(complex)
            moved[place] += 1e-30j
            outputs, h = _run({**params, name: moved}, x, state)
            loss = np.sum(outputs * d_outputs) + np.sum(h * d_state)
            d_params[name][place] = loss.imag / 1e-30
    return d_params, np.zeros(x.shape), np.zeros(state.shape)
"""
)


def gradients(source: bytes, steps: int, spec: Spec) -> Arrays:
    """Return the gradients of a case."""
    case = make_case(CaseSpec(spec, steps=steps, batch=4))
    limits = Limits(call_s=LIMIT)
    with Session.start("numpy", limits=limits) as session:
        names = ["forward", "backward"]
        bound = session.load_source("numpy_functions", source, "mine.py", names).bind
        network = bound(case.spec, case.params)
        return network.sequence_vjp(case.x, case.state, case.d_outputs, case.d_state)


def test_differences_are_right_where_they_are_few() -> None:
    """A small case does not tell them from BPTT."""
    small = Spec("elman", input_size=2, hidden_sizes=(3,))
    honest = gradients(HONEST, 5, small)
    differences = gradients(DIFFERENCES, 5, small)
    for name in ("d.weight_ih", "d.weight_hh"):
        np.testing.assert_allclose(differences[name], honest[name], rtol=1e-11)


def test_differences_meet_the_limit_where_they_are_many() -> None:
    """With six thousand parameters BPTT keeps the limit, and differences do not."""
    assert PARAMETERS > 6000
    gradients(HONEST, 40, SPEC)
    with pytest.raises(Fault) as caught:
        gradients(DIFFERENCES, 40, SPEC)
    assert caught.value.kind == "timeout"

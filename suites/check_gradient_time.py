"""The gradient of six thousand parameters comes in the time of one backward pass."""

from __future__ import annotations

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import prefixes
from rnncheck.protocol.spec import Dropout, Spec
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import Check
from rnncheck.suites.compare import NotJudgedError
from rnncheck.suites.sentences import say
from rnncheck.suites.sizes import sized
from rnncheck.suites.subject import Subject
from rnncheck.suites.tensor import Tensor, axes_of
from rnncheck.suites.truth import Truth, floats

SECONDS = 1.0  # a backward pass takes some milliseconds, six thousand forward passes some seconds
ALLOWED = {
    "float64": 1e-6,
    "float32": 2e-2,
}  # of a block's largest: its digits are judged elsewhere
SIZES = {  # D, H and T
    "elman": (32, 64, 100),
    "jordan": (6, 50, 80),
    "lstm": (15, 32, 32),
    "gru": (20, 36, 32),
}


def run(subject: Subject, case: Case, truth: Truth) -> None:
    """Fail where the gradients are wrong, or take as long as a forward pass for each parameter."""
    if truth.dtype not in ALLOWED:
        raise NotJudgedError(say("too_coarse", dtype=truth.dtype))
    subject.hurry(SECONDS)
    try:
        result = subject.case_gradients()
    except Fault as fault:
        if fault.kind != "timeout":
            raise
        count = sum(array.size for array in case.params.values())
        raise Fault("timeout", say("differences", count=count, seconds=SECONDS)) from None
    tensors = []
    for name, right in truth.gradients.items():
        expected = floats(right)
        axes, gates = axes_of(name, case.spec, expected.ndim)
        allowed = ALLOWED[truth.dtype] * abs(expected).max(keepdims=True)
        tensors.append(Tensor(name, result[name], expected, allowed, axes, 0, gates))
    truth.compare("gradients of six thousand parameters differ from the reference", tensors)


def _cases(spec: Spec) -> tuple[CaseSpec, ...]:
    dense = spec.output_size and spec.cell != "jordan"
    if len(prefixes(spec)) > 1 or dense or spec.dropout != Dropout() or spec.activation == "relu":
        return ()
    inputs, hidden, steps = SIZES[spec.cell]
    large = sized(spec, inputs, hidden)
    remembers = spec.biases != "none" or spec.cell in ("elman", "jordan")  # gates open by biases
    return (CaseSpec(large, steps=steps, batch=2, seed=161, remember=remembers),)


CHECK = Check(
    name="gradient_time",
    family="gradient",
    reason="Differences take a forward pass for each parameter, backpropagation one pass back.",
    hint="Compute all gradients in one loop back over the steps.",
    needs=frozenset({"sequence_vjp", "initial_state", "by_hand"}),
    catches="state_gradient_not_carried",
    run=run,
    cases=_cases,
)

"""How many checks each built-in implementation claims, and why it does not claim the others."""

from __future__ import annotations

import pytest

from rnncheck.grading.implementations import reference_handles, target_handles
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.check import Check, checks
from rnncheck.suites.handle import Handle
from rnncheck.worker.stage import WORLDS

# Checks that each implementation claims, in each of its dtypes; what changes it is a decision.
CLAIMED = {
    "reference[operations]": 147,
    "torch_operations": 112,
    "keras_operations": 109,
    "tf1_operations": 131,
    "reference[elman]": 33,
    "reference[elman relu]": 29,
    "reference[elman dense]": 30,
    "reference[elman reverse]": 33,
    "reference[jordan]": 32,
    "reference[lstm]": 34,
    "reference[lstm all options]": 31,
    "reference[lstm any mask]": 34,
    "reference[gru]": 32,
    "reference[gru reset before]": 32,
    "reference[lstm stacked]": 33,
    "reference[lstm stacked bidirectional]": 27,
    "reference[gru bidirectional]": 27,
    "reference[gru z takes]": 32,
    "reference[lstm dropout]": 36,
    "reference[gru dropout once]": 33,
    "reference[elman stacked dropout]": 35,
    "torch_cell[torch.nn:RNNCell]": 14,
    "torch_cell[torch.nn:RNNCell[relu]]": 14,
    "torch_cell[torch.nn:LSTMCell]": 15,
    "torch_cell[torch.nn:GRUCell]": 13,
    "torch_dense[torch.nn:RNN[tanh]]": 27,
    "torch_dense[torch.nn:LSTM]": 27,
    "torch_dense[torch.nn:GRU[sigmoid]]": 26,
    "torch_dropout[torch.nn:RNN[dropout]]": 6,
    "torch_dropout[torch.nn:LSTM[dropout]]": 6,
    "torch_dropout[torch.nn:GRU[bidirectional dropout]]": 6,
    "torch_layer[torch.nn:RNN]": 28,
    "torch_layer[torch.nn:RNN[relu]]": 27,
    "torch_layer[torch.nn:LSTM]": 29,
    "torch_layer[torch.nn:GRU]": 27,
    "torch_layer[torch.nn:RNN[stacked]]": 28,
    "torch_layer[torch.nn:RNN[bidirectional]]": 27,
    "torch_layer[torch.nn:RNN[stacked bidirectional]]": 26,
    "torch_layer[torch.nn:LSTM[stacked]]": 29,
    "torch_layer[torch.nn:LSTM[bidirectional]]": 28,
    "torch_layer[torch.nn:LSTM[stacked bidirectional]]": 27,
    "torch_layer[torch.nn:GRU[stacked]]": 27,
    "torch_layer[torch.nn:GRU[bidirectional]]": 27,
    "torch_layer[torch.nn:GRU[stacked bidirectional]]": 26,
    "torch_layer[torch.nn:LSTM[proj_size]]": 28,
    "torch_layer[torch.nn:LSTM[stacked bidirectional proj_size]]": 26,
    "torch_stack[torch.nn:RNN]": 28,
    "torch_stack[torch.nn:LSTM]": 29,
    "torch_stack[torch.nn:GRU]": 27,
    "torch_stack[torch.nn:LSTM[bidirectional]]": 27,
    "keras_bidirectional[keras.layers:LSTM]": 27,
    "keras_bidirectional[keras.layers:GRU[stacked]]": 25,
    "keras_cell[keras.layers:SimpleRNNCell]": 31,
    "keras_cell[keras.layers:LSTMCell]": 32,
    "keras_cell[keras.layers:GRUCell]": 30,
    "keras_cell[keras.layers:GRUCell[reset_before]]": 30,
    "keras_dense[keras.layers:LSTM]": 24,
    "keras_dense[keras.layers:SimpleRNN[tanh]]": 26,
    "keras_between[keras.layers:LSTM[Dropout between]]": 6,
    "keras_dropout[keras.layers:SimpleRNN[dropout, recurrent_dropout]]": 4,
    "keras_dropout[keras.layers:LSTM[dropout]]": 4,
    "keras_dropout[keras.layers:LSTM[dropout, recurrent_dropout]]": 4,
    "keras_dropout[keras.layers:GRU[dropout, recurrent_dropout]]": 4,
    "keras_layer[keras.layers:SimpleRNN]": 27,
    "keras_layer[keras.layers:LSTM]": 28,
    "keras_layer[keras.layers:GRU]": 26,
    "keras_layer[keras.layers:GRU[reset_before]]": 26,
    "keras_stack[keras.layers:LSTMCell]": 28,
    "keras_stack[keras.layers:GRUCell]": 26,
    "tf1_bidirectional[tensorflow.compat.v1:nn.rnn_cell.LSTMCell]": 28,
    "tf1_bidirectional[tensorflow.compat.v1:nn.rnn_cell.GRUCell[stacked]]": 26,
    "tf1_cell[tensorflow.compat.v1:nn.rnn_cell.BasicRNNCell]": 32,
    "tf1_cell[tensorflow.compat.v1:nn.rnn_cell.BasicLSTMCell]": 33,
    "tf1_cell[tensorflow.compat.v1:nn.rnn_cell.LSTMCell]": 33,
    "tf1_cell[tensorflow.compat.v1:nn.rnn_cell.LSTMCell[use_peepholes]]": 33,
    "tf1_cell[tensorflow.compat.v1:nn.rnn_cell.GRUCell]": 31,
    "tf1_cell[tensorflow.compat.v1:nn.rnn_cell.LSTMCell[use_peepholes, cell_clip, num_proj]]": 32,
    "tf1_dense[tensorflow.compat.v1:nn.rnn_cell.BasicLSTMCell]": 21,
    "tf1_dropout[tensorflow.compat.v1:nn.rnn_cell.DropoutWrapper[BasicRNNCell output]]": 5,
    "tf1_dropout[tensorflow.compat.v1:nn.rnn_cell.DropoutWrapper[LSTMCell input output state]]": 4,
    "tf1_dropout[tensorflow.compat.v1:nn.rnn_cell.DropoutWrapper[GRUCell variational_recurrent]]": 4,
    "tf1_eager[tensorflow.compat.v1:nn.rnn_cell.BasicRNNCell]": 14,
    "tf1_eager[tensorflow.compat.v1:nn.rnn_cell.BasicLSTMCell]": 15,
    "tf1_eager[tensorflow.compat.v1:nn.rnn_cell.LSTMCell]": 15,
    "tf1_eager[tensorflow.compat.v1:nn.rnn_cell.LSTMCell[use_peepholes]]": 15,
    "tf1_eager[tensorflow.compat.v1:nn.rnn_cell.GRUCell]": 13,
    "tf1_joined[tensorflow.compat.v1:nn.rnn_cell.BasicLSTMCell]": 33,
    "tf1_stack[tensorflow.compat.v1:nn.rnn_cell.LSTMCell]": 33,
    "tf1_stack[tensorflow.compat.v1:nn.rnn_cell.GRUCell]": 31,
    "tf1_static[tensorflow.compat.v1:nn.rnn_cell.BasicRNNCell]": 28,
    "tf1_static[tensorflow.compat.v1:nn.rnn_cell.BasicLSTMCell]": 29,
    "tf1_static[tensorflow.compat.v1:nn.rnn_cell.LSTMCell]": 29,
    "tf1_static[tensorflow.compat.v1:nn.rnn_cell.LSTMCell[use_peepholes]]": 29,
    "tf1_static[tensorflow.compat.v1:nn.rnn_cell.GRUCell]": 27,
    "tf1_swapped[tensorflow.compat.v1:nn.rnn_cell.BasicRNNCell]": 28,
}
# Why a check has no case for some spec, though all that it needs is claimed.
NO_CASES = {
    "dropout_last_layer": "nothing is dropped between layers, or outputs may be 0 for other reasons",
    "dropout_recurrent": "inputs or the state are dropped, so the state that is carried changes",
    "golden_backward": "no golden trace has these options",
    "golden_forward": "no golden trace has these options",
    "gradient_differences": "relu has no slope at 0, so a difference across it is no slope",
    "gradient_time": "its time is that of one layer in one direction, and relu has no slope at 0",
    "state_last_output": "behind a dense layer the outputs are not h",
    "state_order": "there is no c, or c and the outputs differ in width",
    "state_step_output": "behind a dense layer the outputs are not h",
    "time_causal": "above a layer in both directions every output sees every input",
    "time_kernel": "a GRU's candidate has a gate between the two matmuls; two ways have no step",
}
TARGETS = [handle for world in WORLDS for handle in target_handles(world)]
HANDLES = {handle.name: handle for handle in (*reference_handles(), *TARGETS)}
NETWORKS = {n: h for n, h in HANDLES.items() if isinstance(h.spec, Spec)}


def claimed(handle: Handle) -> int:
    """Return the number of checks that an implementation claims."""
    return sum(bool(cases) for _, cases in handle.plan())


def test_numbers_of_claimed_checks() -> None:
    """As in the table above."""
    now = {name: claimed(handle) for name, handle in HANDLES.items()}
    changed = [n for n in {**CLAIMED, **now} if CLAIMED.get(n) != now.get(n)]
    lines = [f'    "{n}": {now.get(n)},  # was {CLAIMED.get(n)}' for n in changed]
    assert not lines, (
        "other checks are claimed than before. If that is meant, put these lines into CLAIMED "
        "(None: there is no such implementation) and say why in the commit:\n" + "\n".join(lines)
    )


def why_not(handle: Handle, check: Check) -> str:
    """Return the reason for which a check is not claimed, "" where there is none."""
    missing = sorted(check.needs - handle.claims)
    if missing:
        return f"it needs {', '.join(missing)}"
    if check.family not in handle.families:
        return "the class is there without dropout too, where all of it is checked"
    cases = check.cases(handle.spec)
    if not cases:
        return NO_CASES.get(check.name, "")
    return "each of its cases asks for more" if all(unmet(c, handle) for c in cases) else ""


def unmet(record: CaseSpec, handle: Handle) -> bool:
    """Say whether a case hands over something that an implementation does not take."""
    gives = {
        "mask": record.masked,
        "lengths": bool(record.lengths) and not record.masked,
        "zero_length": 0 in record.lengths,
        "none_state": record.state == "none",
        "initial_state": record.state == "random",
    }
    return any(given and claim not in handle.claims for claim, given in gives.items())


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_not_claimed_has_a_reason(name: str) -> None:
    """A claim is missing, or the check has no case for the spec for a reason above."""
    handle = HANDLES[name]
    pairs = handle.plan()
    assert [check.name for check, _ in pairs] == list(checks())
    for check, cases in pairs:
        reason = why_not(handle, check)
        assert bool(cases) != bool(reason), f"{check.name}: give the reason in NO_CASES"


@pytest.mark.parametrize("name", HANDLES)
def test_a_plan_is_pure(name: str) -> None:
    """Twice the same checks on the same records; NumPy alone suffices for it."""
    handle = HANDLES[name]
    assert handle.plan() == handle.plan()


def test_every_reason_is_needed() -> None:
    """A check that always has cases needs no reason in NO_CASES."""
    pairs = [(handle, check) for handle in NETWORKS.values() for check in checks().values()]
    empty = {c.name for h, c in pairs if c.needs <= h.claims and not c.cases(h.spec)}
    assert NO_CASES.keys() <= empty

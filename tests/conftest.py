"""For the tests of rnncheck itself: a warning is an error, and Hypothesis draws the same cases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from rnncheck.protocol.implementation import Implementation
from rnncheck.suites.case import Case
from rnncheck.suites.truth import Truth

HERE = Path(__file__).resolve().parent

WARNINGS = (
    "error",
    # TensorFlow says so of each TF1 cell that an adapter makes; the cells are what is tested.
    r"ignore:`tf\.nn\.rnn_cell\.\w+` is deprecated:UserWarning",
)

settings.register_profile("grade", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("grade")  # another: pytest --hypothesis-profile=explore


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn warnings into errors under this folder; a test's own filters win over it."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings(*WARNINGS), append=False)


@pytest.fixture
def hold() -> Callable[..., None]:
    """Return _hold, called with an implementation, a case, "step" or "sequence", and a dtype."""
    return _hold


def _hold(implementation: Implementation, case: Case, call: str, dtype: str = "float64") -> None:
    """Hold a forward call and its gradients to the reference."""
    truth, step = Truth(case, dtype), call == "step"
    x, d_outputs = (case.x[0], case.d_outputs[0]) if step else (case.x, case.d_outputs)
    rows = {} if step else {"lengths": case.lengths, "mask": case.mask}
    for name, upstream in ((call, ()), (f"{call}_vjp", (d_outputs, case.d_state))):
        got = getattr(implementation, name)(x, case.state, *upstream, **rows)
        answer = getattr(truth.reference, name)(x, case.state, *upstream, **rows)
        hidden = ("trace.",) if case.state is not None else ("trace.", "d.state.")
        right = {n: a for n, a in answer.items() if not n.startswith(hidden)}
        assert got.keys() == right.keys()
        pick = truth.gradient if upstream else truth.values
        truth.compare(f"{name} differs", [pick(n, got[n], right[n]) for n in right])

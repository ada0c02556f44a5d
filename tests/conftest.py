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

# Files in which no framework changes a test: once, in the environment with NumPy alone, is enough.
# A test of one world alone is marked `judging.home(world)`, in these files too, and runs in the
# environment of that name.
SAME_EVERYWHERE = (
    "test_adapter_layouts",
    "test_archive",
    "test_assignments",
    "test_bad_input",
    "test_bank_parts",
    "test_banks",
    "test_cases",
    "test_charge",
    "test_check_command",
    "test_checks_catch",
    "test_claims",
    "test_cli",
    "test_clone",
    "test_compare",
    "test_conditioning",
    "test_course_bugs",
    "test_course_catalogue",
    "test_course_charge",
    "test_course_parts",
    "test_course_quirks",
    "test_course_terms",
    "test_coverage",
    "test_diagnose",
    "test_differences",
    "test_drivers",
    "test_dropout_checks",
    "test_entry_points",
    "test_escape",
    "test_files",
    "test_find",
    "test_fixtures_cli",
    "test_fixtures_commands",
    "test_fixtures_goldens",
    "test_fixtures_rewriting",
    "test_fixtures_table",
    "test_frame",
    "test_frame_fuzz",
    "test_grade",
    "test_kill_matrix",
    "test_layers_catch",
    "test_ledger",
    "test_mistakes_catalogue",
    "test_mistakes_jordan",
    "test_new",
    "test_numpy_functions",
    "test_operation_allowances",
    "test_operations",
    "test_picture",
    "test_reference_arguments",
    "test_reference_flow",
    "test_reference_gradients",
    "test_reference_jordan",
    "test_reference_numbers",
    "test_reference_time",
    "test_reference_topologies",
    "test_replays",
    "test_results",
    "test_resume",
    "test_rows_catch",
    "test_run",
    "test_shrink",
    "test_small_errors",
    "test_sigmas",
    "test_snippet",
    "test_soak",
    "test_store",
    "test_worker_session",
)
HOMES = ("numpy", "torch", "keras3", "tf1")

settings.register_profile("grade", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=1000, deadline=None)
settings.load_profile("grade")  # another: pytest --hypothesis-profile=explore


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers by which tox leaves out what an environment cannot change."""
    for world in HOMES:
        config.addinivalue_line("markers", f"home_{world}: no other environment shows more")
    config.addinivalue_line("markers", "at_home: has one of these homes")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn warnings into errors under this folder; a test's own filters win over it."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.filterwarnings(*WARNINGS), append=False)
            housed = any(item.get_closest_marker(f"home_{world}") for world in HOMES)
            if item.path.stem in SAME_EVERYWHERE and not housed:
                item.add_marker("home_numpy")
            if housed or item.path.stem in SAME_EVERYWHERE:
                item.add_marker("at_home")


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
        sigmas = {n: truth.spread(n, call) for n in right}
        tensors = [truth.values(n, got[n], right[n], spread=sigmas[n]) for n in right]
        truth.compare(f"{name} differs", tensors)

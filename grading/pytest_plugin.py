"""The pytest plugin of the suites: hands implementations in, and prints the ledger.

Loaded by the clone's conftest.py, or by `python -m rnncheck.suites` where rnncheck is installed.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from rnncheck.grading.errors import UsageError
from rnncheck.grading.implementations import reference_handles, submission_handles, target_handles
from rnncheck.suites.check import FAMILIES
from rnncheck.suites.handle import Handle
from rnncheck.suites.ledger import NOT_JUDGED, Ledger
from rnncheck.suites.sentences import say
from rnncheck.worker.stage import WORLDS

LEDGER = pytest.StashKey[Ledger]()
HANDLES = pytest.StashKey[list[Handle]]()
SELECTED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the suites."""
    group = parser.getgroup("rnncheck")
    group.addoption("--submission", metavar="FILE", help="run the suites on this file only")
    group.addoption("--assignment", metavar="NAME", help="what the file answers")
    group.addoption("--device", choices=("cpu", "cuda"), default="cpu")
    group.addoption(
        "--world", action="append", choices=tuple(WORLDS), help="only implementations of it"
    )
    group.addoption(
        "--explore", type=int, default=0, metavar="N", help="draw N fresh random cases a check"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register a marker for each family, start an empty ledger, and read the submission.

    Raises:
        pytest.UsageError: the submission or its assignment cannot be found.
    """
    for family in FAMILIES:
        config.addinivalue_line("markers", f"{family}: checks of the family {family}")
    config.stash[LEDGER] = Ledger()
    config.stash[SELECTED] = False
    if config.getoption("--submission"):
        _handles(config)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out all but the suites where a submission is handed in."""
    suites = collection_path.is_dir() or collection_path.parent.name == "suites"
    return True if config.getoption("--submission") and not suites else None


def _handles(config: pytest.Config) -> list[Handle]:
    if HANDLES not in config.stash:
        try:
            config.stash[HANDLES] = _made(config)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[HANDLES]


def _made(config: pytest.Config) -> list[Handle]:
    device = str(config.getoption("--device"))
    file: str | None = config.getoption("--submission")
    if file:
        return submission_handles(Path(file), config.getoption("--assignment"), device)
    worlds = config.getoption("--world") or WORLDS
    handles = reference_handles() if "numpy" in worlds else []
    return handles + [handle for world in worlds for handle in target_handles(world, device)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each check that an implementation claims, in each of its dtypes.

    Hidden ones come last: so no message of another can hold what they handed over.
    """
    if "handle" not in metafunc.fixturenames:
        return
    params = []
    for handle in _handles(metafunc.config):
        pairs = handle.plan()
        claimed = sorted((check for check, cases in pairs if cases), key=handle.hides)
        planned = len(claimed) * len(handle.dtypes)
        missing = len(pairs) - len(claimed)
        metafunc.config.stash[LEDGER].plan(handle.name, planned, missing)
        for dtype in handle.dtypes:
            for check in claimed:
                mark = getattr(pytest.mark, check.family)
                name = f"{handle.name}-{check.name}-{dtype}"
                params.append(pytest.param(handle, check, dtype, id=name, marks=mark))
    metafunc.parametrize(("handle", "check", "dtype"), params)


@pytest.fixture
def explore(request: pytest.FixtureRequest) -> int:
    """How many fresh cases to draw for each check; 0 for the same ones every time."""
    return int(request.config.getoption("--explore") or 0)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Remember that a part was selected: then fewer checks than planned are no fault."""
    if items:
        items[0].config.stash[SELECTED] = True


def _handle_of(item: pytest.Item | None) -> Handle | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("handle") if callspec else None


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End a worker when the last test of its implementation has run."""
    handle = _handle_of(item)
    if handle is not None and _handle_of(nextitem) is not handle:
        handle.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count each check once in the ledger, and keep what a hidden one shows beside its end."""
    report = yield
    handle = _handle_of(item)
    if handle is not None and handle.hides(item.callspec.params["check"]):  # type: ignore[attr-defined]
        _redact(report)
    if handle is not None and (
        report.when == "call" or (report.when == "setup" and report.skipped)
    ):
        aside = [n for name, n in report.user_properties if name == NOT_JUDGED]
        counts = [n for n in aside if isinstance(n, int)]
        item.config.stash[LEDGER].note(handle.name, report.outcome, sum(counts))
    return report


def _redact(report: pytest.TestReport) -> None:
    """Leave what was captured out of a report, and all of a failure but a sentence about it."""
    report.sections.clear()
    if report.failed and not isinstance(report.longrepr, str):
        report.longrepr = say("hidden")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the ledger."""
    ledger = terminalreporter.config.stash[LEDGER]
    if ledger.expected:
        terminalreporter.section("checks by implementation")
        for line in ledger.lines():
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail where fewer checks ran than were planned and nobody asked for fewer."""
    config = session.config
    chosen = config.stash[SELECTED] or any("::" in argument for argument in config.args)
    if exitstatus or chosen or config.option.collectonly:
        return
    missing = config.stash[LEDGER].missing()
    if missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\nfewer checks ran than were planned for {', '.join(missing)}")

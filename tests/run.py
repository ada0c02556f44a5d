"""Runs every test of the project: `python3 tests/run.py [ENVIRONMENT ...]` (those of tox.ini).

Needs Python 3.11 and nothing else: it makes `.venv` in the clone, or uses the one that is there,
and puts tox in it.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
REPORT = ROOT / ".tox" / "report.json"


def main(environments: Sequence[str]) -> int:
    """Run the named tox environments, all by default; give tox's exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 (a stranger's python3 may be older)
        sys.exit(f"rnncheck needs Python 3.11 or newer, and this is {sys.version.split()[0]}.")
    start = time.monotonic()
    try:
        make_venv()
    except subprocess.CalledProcessError as error:
        sys.exit(f"Cannot set up {ROOT / '.venv'}, see above; this failed: {error.cmd}")
    remove_old_results()
    code = run_tox(environments)
    print(summary(environments_run(), time.monotonic() - start, code))
    print(counts(sorted(ROOT.glob(".tox/*/junit-*.xml"))))
    return code


def make_venv() -> None:
    """Make `.venv` unless its Python runs pip, and install tox there."""
    pip = [str(VENV_PYTHON), "-m", "pip"]
    if (
        not VENV_PYTHON.exists()
        or subprocess.run([*pip, "--version"], capture_output=True).returncode
    ):
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ROOT / ".venv")], check=True)
    subprocess.run([*pip, "install", "-q", "-c", "constraints.txt", "tox"], cwd=ROOT, check=True)


def remove_old_results() -> None:
    """Remove what an earlier run left: its counts, and files that setuptools would ship again."""
    for path in ROOT.glob(".tox/*/junit-*.xml"):
        path.unlink()
    REPORT.unlink(missing_ok=True)
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)


def run_tox(environments: Sequence[str]) -> int:
    """Run tox, two environments at a time; give its exit code."""
    chosen = ["-e", ",".join(environments)] if environments else []
    parallel = ["run-parallel", "--parallel", "2", "--parallel-no-spinner"]
    command = [str(VENV_PYTHON), "-m", "tox", *parallel, *chosen, "--result-json", str(REPORT)]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode


def environments_run() -> dict[str, bool]:
    """Give each environment that tox ran and whether it passed."""
    if not REPORT.exists():
        return {}
    environments = json.loads(REPORT.read_text())["testenvs"]
    return {name: env["result"]["success"] for name, env in environments.items() if "result" in env}


def summary(results: dict[str, bool], seconds: float, code: int) -> str:
    """Say in a sentence which environments passed, which failed, and how long it took."""
    took = f"in {seconds / 60:.1f} minutes"
    passed = ", ".join(name for name, success in results.items() if success)
    failed = ", ".join(name for name, success in results.items() if not success)
    if not results:
        return f"No environment ran {took}: tox stopped with exit code {code}, see above."
    if failed:
        return f"Failed: {failed}; passed: {passed or 'none'}; {took}."
    return f"Passed: {passed}; {took}."


def counts(reports: Sequence[Path]) -> str:
    """Add up the results in pytest's JUnit files."""
    total = failed = skipped = 0
    for report in reports:
        for suite in ElementTree.parse(report).iter("testsuite"):
            total += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    return f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`rnncheck doctor` and `--require`: what the machine gives, and that less is refused."""

import functools
from pathlib import Path

import pytest

from rnncheck.grading import command_doctor, tier
from rnncheck.grading.cli import main
from rnncheck.worker.errors import RefusedError
from rnncheck.worker.servers import Servers
from tests.judging import home

pytestmark = home("numpy")

SOLUTION = Path(__file__).parent / "solutions" / "elman" / "numpy.py"
FORBIDDEN = "unshare(0x10020000): Operation not permitted"


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behave as a machine without user namespaces and without Landlock."""

    def refuse(*given: object, **named: object) -> None:
        raise RefusedError(FORBIDDEN)

    for kind in ("Warm", "Wrapper"):
        monkeypatch.setattr(f"rnncheck.worker.servers.{kind}", refuse)


def test_doctor_tells_the_tier(capsys: pytest.CaptureFixture[str]) -> None:
    """Its exit code is that of the tier that workers then have."""
    with Servers() as servers:
        found = servers.tier("numpy")
    assert main(["doctor"]) == command_doctor.CODES[found]
    assert f"numpy: {found} (" in capsys.readouterr().out


def test_doctor_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Why a better tier is not to be had, and how to get it."""
    forbid(monkeypatch)
    assert main(["doctor"]) == 4
    out = capsys.readouterr().out
    assert "numpy: practice (not isolated, not for marks" in out
    assert f"not certified: {FORBIDDEN}" in out
    assert f"not hardened: {FORBIDDEN}" in out
    assert "user.max_user_namespaces" in out


def test_doctor_names_the_folder_in_the_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Which is closed to the user as whom root's workers run, and the command that opens it."""
    private = tmp_path / "home"
    inside = private / "python" / "lib"
    inside.mkdir(parents=True)
    private.chmod(0o700)
    tmp_path.chmod(0o755)
    first = next((f for f in reversed(inside.parents) if not f.stat().st_mode & 1), private)

    def refuse(*given: object, **named: object) -> None:
        raise RefusedError(f"a worker cannot be shut in: [Errno 13] Permission denied: '{inside}'")

    for kind in ("Warm", "Wrapper"):
        monkeypatch.setattr(f"rnncheck.worker.servers.{kind}", refuse)
    assert main(["doctor"]) == 4
    out = capsys.readouterr().out
    assert f"who cannot pass {first} (mode 700)" in out
    assert f"chmod o+x {first}," in out


def test_grade_refuses_less_than_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence, exit code 2, and nothing is graded."""
    forbid(monkeypatch)
    arguments = ["grade", str(SOLUTION), "--assignment", "elman", "--out", str(tmp_path / "out")]
    assert main([*arguments, "--require", "hardened"]) == 2
    said = capsys.readouterr().err
    assert "--require hardened: the world 'numpy' gives practice here" in said
    assert FORBIDDEN in said
    assert not (tmp_path / "out" / "marks.csv").exists()


def test_practice_requires_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tried then."""
    monkeypatch.setattr(tier, "Servers", functools.partial(pytest.fail, "tried"))
    tier.require([], "cpu", "practice")
